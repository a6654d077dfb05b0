// The learning rate over the epochs.
#pragma once

#include <cstdint>

#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"

namespace elman {

// The learning rate of `epoch` (from 0). Pure: a resumed run, also one with another base rate,
// finds the same. `decays`: how often ObservePlateau has said so.
double LearningRate(const ScheduleSpec& spec, double base_rate, int64_t epoch, int64_t decays);

// For the PLATEAU schedule: takes note of the validation loss at the end of an epoch.
void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress);

}  // namespace elman
