#include "trainer/validation/best.h"

#include <cmath>

namespace elman {
namespace {

// A finite loss is lower than one that is not.
bool Lower(double loss, double other) {
  return std::isfinite(loss) && (!std::isfinite(other) || loss < other);
}

}  // namespace

bool SelectsByScore(Task task, const EvaluationSpec& spec) {
  return spec.select() == EvaluationSpec::SCORE && (task == TAGGING || task == CLASSIFICATION);
}

bool IsBest(const EvaluationSpec& spec, const Evaluation& evaluation, const Progress& progress) {
  if (!std::isfinite(evaluation.loss)) return false;
  if (spec.select() != EvaluationSpec::SCORE)
    return !progress.has_best() || Lower(evaluation.loss, progress.best_loss());
  if (!std::isfinite(evaluation.score)) return false;
  if (!progress.has_best() || !std::isfinite(progress.best_score())) return true;
  if (evaluation.score != progress.best_score()) return evaluation.score > progress.best_score();
  return Lower(evaluation.loss, progress.best_loss());
}

}  // namespace elman
