#include "trainer/reporting/learned_check.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/text/task_fields.h"

namespace elman {

absl::Status CheckLearned(const Progress& progress, const Dataset& dataset,
                          const TrainingConfig& config, std::optional<double> train_loss) {
  if (progress.step() > 0 && progress.divergence().lost_updates() >= progress.step()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "all ", progress.step(),
        " steps diverged, so the weights are still the initial ones. "
        "Lower optimizer.learning_rate, or raise divergence.max_gradient_norm if it is set (",
        RoundedText(config.divergence().max_gradient_norm()),
        "), and start again with another --output"));
  }
  const Task task = dataset.manifest().task();
  // Word vectors do not predict a distribution. A model that was selected by F1 or accuracy may be
  // overconfident (have a high loss) and still be good.
  const bool by_score = config.evaluation().select() == EvaluationSpec::SCORE &&
                        (task == TAGGING || task == CLASSIFICATION);
  if (!TraitsOf(task).layers || by_score) return absl::OkStatus();
  const bool validated = dataset.FindSplit("valid").ok();
  const std::optional<double> loss = !validated ? train_loss
                                     : progress.has_best()
                                         ? std::optional<double>(progress.best_loss())
                                         : std::numeric_limits<double>::quiet_NaN();
  const uint32_t outcomes = dataset.vocabulary(FieldsOfModel(task) - 1).predicted_size();
  // The loss of an ordinal model is the sum of outcomes - 1 decisions between two.
  const bool ordinal = task == CLASSIFICATION &&
                       config.model().classification().output() == ClassificationSpec::ORDINAL;
  const double guessing =
      ordinal ? (outcomes - 1) * std::numbers::ln2 : std::log(static_cast<double>(outcomes));
  constexpr double kMargin = 0.1;  // nats; initial values already predict about this well
  if (!loss || *loss <= guessing + kMargin) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "%s loss is %.4g nats per target, above the %.4g of a uniform guess among %d outcomes: this "
      "model has learned nothing. Lower optimizer.learning_rate or set optimizer.clip_norm, and "
      "start a new run with another --output",
      validated ? "the best validation" : "the training", *loss, guessing, outcomes));
}

}  // namespace elman
