// The learning rate over the epochs, and over batch sizes.
#pragma once

#include <cstdint>

#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"

namespace elman {

// The learning rate of the step that comes after `progress`. Pure: a resumed run, also one with
// another base rate, finds the same.
double LearningRate(const TrainingConfig& config, const Progress& progress,
                    int64_t steps_per_epoch);

// For the PLATEAU schedule: takes note of the validation loss at the end of an epoch. One that is
// not finite is no improvement.
void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress);

}  // namespace elman
