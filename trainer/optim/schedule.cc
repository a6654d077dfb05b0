#include "trainer/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace elman {

namespace {

// Returns the ratio of the batch size to the size that the learning rate is meant for.
double BatchRatio(const TrainingConfig& config) {
  if (config.schedule().batch_scaling() == ScheduleSpec::NONE) return 1;
  return static_cast<double>(config.batch_size()) * config.micro_batches() /
         config.schedule().base_batch_size();
}

// Number of epochs before the step, including fractions.
double EpochsDone(const Progress& progress, int64_t steps_per_epoch) {
  return static_cast<double>(progress.epoch()) +
         static_cast<double>(progress.step_in_epoch()) / static_cast<double>(steps_per_epoch);
}

double Decay(const TrainingConfig& config, const Progress& progress, int64_t steps_per_epoch) {
  const ScheduleSpec& spec = config.schedule();
  switch (spec.kind()) {
    case ScheduleSpec::CONSTANT:
      return 1;
    case ScheduleSpec::EPOCH_DECAY: {
      const int64_t times = std::max<int64_t>(0, progress.epoch() + 1 - spec.constant_epochs());
      return std::pow(double{spec.factor()}, static_cast<double>(times));
    }
    case ScheduleSpec::PLATEAU:
      return std::pow(double{spec.factor()}, static_cast<double>(progress.decays()));
    case ScheduleSpec::LINEAR_DECAY: {
      constexpr double kMin = 1e-4;  // for runs longer than linear_epochs
      const double done = EpochsDone(progress, steps_per_epoch) / LinearEpochs(config);
      return std::max(1 - done, kMin);
    }
  }
  return 1;
}

// Returns the factor of the warm-up at the end of this step.
double WarmUp(double warmup_epochs, const Progress& progress, int64_t steps_per_epoch) {
  if (warmup_epochs <= 0) return 1;
  const double epochs =
      static_cast<double>(progress.epoch()) +
      static_cast<double>(progress.step_in_epoch() + 1) / static_cast<double>(steps_per_epoch);
  return std::min(1.0, epochs / warmup_epochs);
}

}  // namespace

double LearningRate(const TrainingConfig& config, const Progress& progress,
                    int64_t steps_per_epoch) {
  const ScheduleSpec& spec = config.schedule();
  const double ratio = BatchRatio(config);
  const double scale = spec.batch_scaling() == ScheduleSpec::SQRT ? std::sqrt(ratio) : ratio;
  return config.optimizer().learning_rate() * scale * Decay(config, progress, steps_per_epoch) *
         WarmUp(spec.warmup_epochs() * ratio, progress, steps_per_epoch);
}

int LinearEpochs(const TrainingConfig& config) {
  const int epochs = config.schedule().linear_epochs();
  return std::max(1, epochs > 0 ? epochs : config.max_epochs());
}

void RemoveEpochLimit(TrainingConfig* config) {
  if (config->schedule().kind() == ScheduleSpec::LINEAR_DECAY)
    config->mutable_schedule()->set_linear_epochs(LinearEpochs(*config));
  config->set_max_epochs(std::numeric_limits<int32_t>::max());
}

void ObservePlateau(const ScheduleSpec& spec, double validation_loss, Progress* progress) {
  // A loss that is not finite is not an improvement; any finite loss improves on a stored one that
  // is not, which older versions may have written.
  const bool none = !progress->has_plateau_loss() || !std::isfinite(progress->plateau_loss());
  if (std::isfinite(validation_loss) && (none || validation_loss < progress->plateau_loss())) {
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
