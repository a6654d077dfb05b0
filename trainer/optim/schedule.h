// Learning rate schedules over epochs and batch sizes.
#pragma once

#include <cstdint>

#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"

namespace elman {

// Returns the learning rate of the step after `progress`. A pure function, so a resumed run gets
// the same rates.
double LearningRate(const TrainingConfig& config, const Progress& progress,
                    int64_t steps_per_epoch);

// For the PLATEAU schedule: records the validation loss at the end of an epoch. A loss that is not
// finite is not an improvement.
void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress);

}  // namespace elman
