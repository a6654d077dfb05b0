// The data sets that a run trains on.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// At least one, of one task and with the same vocabularies; the first is the one that is validated
// on and that names the words.
using Datasets = std::vector<std::shared_ptr<const Dataset>>;

// Opens FOLDER[,FOLDER...]. Collective: all ranks see the same ones; an error is the same on every
// rank.
absl::StatusOr<Datasets> OpenDatasets(Communicator* communicator, const std::string& folders);

// Names the contents of a data set, and what is written down about them.
std::string DatasetFingerprint(const Dataset& dataset);

// Names what is trained on or validated: the examples of a split, in their shards, and what their
// ids mean. Empty if there is no such split.
std::string SplitFingerprint(const Dataset& dataset, std::string_view split);

// How often the examples of each are trained on, beside the others: config.data_weights, or the
// numbers of their tokens. They add up to 1. InvalidArgument unless there is one for each.
absl::StatusOr<std::vector<double>> DataWeights(const Datasets& datasets,
                                                const TrainingConfig& config);

// Where the model reads vectors that come with the text and does not say of what size, it is that
// of the data sets'. FailedPrecondition unless all have such vectors.
absl::Status SettleFeatures(const Datasets& datasets, ModelSpec* model);

// What training leaves out of a data set's split train, for config.max_length.
struct LongExamples {
  std::vector<uint64_t> examples;  // their numbers, ascending
  uint64_t tokens = 0;             // of their first field
};

// "left out 2 of 1,000 training examples, of more than 200 tokens (max_length), 0.9 % of the
// tokens" of the data sets together; empty: nothing is left out.
std::string LongExamplesText(const Datasets& datasets, const std::vector<LongExamples>& left_out,
                             int32_t max_length);

// Finds what is left out of each data set. Where the manifest does not rule out that there is
// anything, the ranks read a part of the split each. Collective. InvalidArgument for running text.
absl::StatusOr<std::vector<LongExamples>> FindLongExamples(Communicator* communicator,
                                                           const Datasets& datasets,
                                                           const TrainingConfig& config);

// The batches of the splits train, without what is `left_out` of each. `config` is complete, its
// lanes settled.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateTrainingSource(
    const Datasets& datasets, const TrainingConfig& config,
    const std::vector<LongExamples>& left_out = {});

}  // namespace elman
