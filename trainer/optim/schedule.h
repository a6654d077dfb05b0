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

// Returns the number of epochs over which LINEAR_DECAY decays: schedule.linear_epochs or, if that
// is 0, all epochs of the run.
int LinearEpochs(const TrainingConfig& config);

// Lets only max_steps end the run, without changing any learning rate.
void RemoveEpochLimit(TrainingConfig* config);

// For the PLATEAU schedule: records the validation loss at the end of an epoch. A loss that is not
// finite is not an improvement.
void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress);

}  // namespace elman
