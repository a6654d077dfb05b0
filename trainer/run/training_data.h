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

// At least one. All have the same task and vocabularies. The first one is used for validation and
// for the names of words.
using Datasets = std::vector<std::shared_ptr<const Dataset>>;

// Opens FOLDER[,FOLDER...]. Collective; the same data sets or the same error on every rank.
absl::StatusOr<Datasets> OpenDatasets(Communicator* communicator, const std::string& folders);

// Returns a fingerprint of the contents and the manifest of a data set.
std::string DatasetFingerprint(const Dataset& dataset);

// Returns a fingerprint of the examples of a split, in their shards, and of the meaning of their
// ids. Empty if there is no such split.
std::string SplitFingerprint(const Dataset& dataset, std::string_view split);

// Returns the relative frequency of training on the examples of each data set: config.data_weights,
// or in proportion to the number of tokens. The sum is 1. InvalidArgument unless there is one
// weight for each data set.
absl::StatusOr<std::vector<double>> DataWeights(const Datasets& datasets,
                                                const TrainingConfig& config);

// If the model reads features and does not set their size, sets it to that of the data sets.
// FailedPrecondition unless all data sets have features.
absl::Status SettleFeatures(const Datasets& datasets, ModelSpec* model);

// The examples of a data set's split train that config.max_length excludes from training.
struct LongExamples {
  std::vector<uint64_t> examples;  // example numbers, ascending
  uint64_t tokens = 0;             // of the first field of these examples
};

// Returns "left out 2 of 1,000 training examples, of more than 200 tokens (max_length), 0.9 % of
// the tokens" for all data sets together; empty if nothing is left out.
std::string LongExamplesText(const Datasets& datasets, const std::vector<LongExamples>& left_out,
                             int32_t max_length);

// Finds the examples to leave out of each data set. Unless the manifest shows that there are none,
// each rank reads a part of the split. Collective. InvalidArgument for running text.
absl::StatusOr<std::vector<LongExamples>> FindLongExamples(Communicator* communicator,
                                                           const Datasets& datasets,
                                                           const TrainingConfig& config);

// Creates the batches of the splits train, without the examples `left_out` of each. `config` is
// complete, with the number of lanes set.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateTrainingSource(
    const Datasets& datasets, const TrainingConfig& config,
    const std::vector<LongExamples>& left_out = {});

}  // namespace elman
