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

// The batches of the splits train. `config` is complete, its lanes settled.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateTrainingSource(const Datasets& datasets,
                                                                  const TrainingConfig& config);

}  // namespace elman
