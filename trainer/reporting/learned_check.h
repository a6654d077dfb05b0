// Checks at the end of a run whether its model has learned anything: a run may complete all its
// steps without it.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"

namespace elman {

// Returns FailedPrecondition, with a remedy, if all steps diverged or if the best validation loss
// is above that of a uniform guess. Without a validation split, `train_loss` decides: the loss of
// the last interval, in nats per target. If the best model is selected by its score, `train_loss`
// decides, too, and the best score must not be above chance.
absl::Status CheckLearned(const Progress& progress, const Dataset& dataset,
                          const TrainingConfig& config, std::optional<double> train_loss);

}  // namespace elman
