// The data of a training step that is reported.
#pragma once

#include <cstdint>

namespace elman {

// Seconds that ranks waited for others.
struct RankWaits {
  double least = 0;
  double most = 0;
  double sum = 0;
  int64_t ranks = 0;
  int64_t slowest_rank = 0;  // the rank that waited the least: the others waited for it
};

struct StepReport {
  int64_t step = 0;
  int64_t epoch = 1;        // epoch of the step, from 1
  int64_t targets = 0;      // over all lanes; 0 if the step diverged
  int64_t step_tokens = 0;  // trained on in this step (LossSums); 0 if it diverged
  double loss = 0;          // per target, of this step
  double learning_rate = 0;
  double gradient_norm = 0;  // before clipping, of the normalized gradient
  int64_t tokens = 0;        // trained on since the start of the run
  int64_t bytes_sent = 0;    // between nodes, by all ranks, from the start until before this step
  int64_t multiplications = 0;  // of this step (LossSums)
  RankWaits waits;              // since the last train line, until before this step
  // Since the last train line, including this step.
  double interval_loss = 0;
  int64_t interval_targets = 0;
  bool ends_interval = false;  // a train line is due
};

}  // namespace elman
