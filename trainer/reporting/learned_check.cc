#include "trainer/reporting/learned_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/text/task_fields.h"
#include "data/text/vocabulary.h"
#include "trainer/validation/best.h"

namespace elman {
namespace {

// Initial values already predict about as well as a uniform guess.
constexpr double kMargin = 0.1;  // nats

// Returns the score that a model without any knowledge of the text can reach by chance: it predicts
// the most frequent label of `train`. Of entities, it finds none.
double ChanceScore(const Dataset& dataset, const Vocabulary& labels) {
  if (dataset.manifest().fields().rbegin()->tag_scheme() > FieldEntry::NONE) return 0;
  uint64_t most = 0, all = 0;
  for (const Vocabulary::Entry& label : labels.entries()) {
    most = std::max(most, label.count);
    all += label.count;
  }
  const double share = static_cast<double>(most) / static_cast<double>(std::max<uint64_t>(1, all));
  const auto valid = dataset.FindSplit("valid");
  const auto count =
      static_cast<double>(valid.ok() ? (*valid)->counts((*valid)->counts_size() - 1).tokens() : 0);
  // Two standard errors: the labels of `valid` differ by chance from those of `train`.
  return share + 2 * std::sqrt(share * (1 - share) / std::max(1.0, count));
}

}  // namespace

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
  if (!TraitsOf(task).layers) return absl::OkStatus();  // they do not predict a distribution
  const bool validated = dataset.FindSplit("valid").ok();
  const Vocabulary& vocabulary = dataset.vocabulary(FieldsOfModel(task) - 1);
  const bool by_score = SelectsByScore(task, config.evaluation());
  // A model that was selected by F1 or accuracy may have a high validation loss, because it is
  // overconfident, and still be good. So its training loss and its score decide.
  if (by_score && (!validated || (progress.has_best() &&
                                  progress.best_score() > ChanceScore(dataset, vocabulary))))
    return absl::OkStatus();
  const std::optional<double> loss = !validated || by_score ? train_loss
                                     : progress.has_best()
                                         ? std::optional<double>(progress.best_loss())
                                         : std::numeric_limits<double>::quiet_NaN();
  const uint32_t outcomes = vocabulary.predicted_size();
  // The loss of an ordinal model is the sum of outcomes - 1 decisions between two.
  const bool ordinal = task == CLASSIFICATION &&
                       config.model().classification().output() == ClassificationSpec::ORDINAL;
  const double guessing =
      ordinal ? (outcomes - 1) * std::numbers::ln2 : std::log(static_cast<double>(outcomes));
  if (!loss || *loss <= guessing + kMargin) return absl::OkStatus();
  const std::string score =
      by_score && progress.has_best()
          ? absl::StrFormat("the best score is %.4g, which is not above chance, and ",
                            progress.best_score())
          : "";
  return absl::FailedPreconditionError(absl::StrFormat(
      "%s%s loss is %.4g nats per target, above the %.4g of a uniform guess among %d outcomes: "
      "this model has learned nothing. Lower optimizer.learning_rate or set optimizer.clip_norm, "
      "and "
      "start a new run with another --output",
      score, validated && !by_score ? "the best validation" : "the training", *loss, guessing,
      outcomes));
}

}  // namespace elman
