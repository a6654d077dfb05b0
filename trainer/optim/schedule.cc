#include "trainer/optim/schedule.h"

#include <algorithm>
#include <cmath>

namespace elman {

double LearningRate(const ScheduleSpec& spec, double base_rate, int64_t epoch, int64_t decays) {
  switch (spec.kind()) {
    case ScheduleSpec::CONSTANT:
      return base_rate;
    case ScheduleSpec::EPOCH_DECAY: {
      const int64_t times = std::max<int64_t>(0, epoch + 1 - spec.constant_epochs());
      return base_rate * std::pow(double{spec.factor()}, static_cast<double>(times));
    }
    case ScheduleSpec::PLATEAU:
      return base_rate * std::pow(double{spec.factor()}, static_cast<double>(decays));
  }
  return base_rate;
}

void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress) {
  if (!progress->has_plateau_loss() || validation_loss < progress->plateau_loss()) {
    progress->set_has_plateau_loss(true);
    progress->set_plateau_loss(validation_loss);
    progress->set_epochs_without_improvement(0);
    return;
  }
  progress->set_epochs_without_improvement(progress->epochs_without_improvement() + 1);
  if (progress->epochs_without_improvement() >= spec.patience()) {
    progress->set_decays(progress->decays() + 1);
    progress->set_epochs_without_improvement(0);
  }
}

}  // namespace elman
