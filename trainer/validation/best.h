// Selects the best validation of a run.
#pragma once

#include "proto/checkpoint.pb.h"
#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluation.h"

namespace elman {

// Returns whether the best model of a run is the one with the best F1 or accuracy. (The score of
// other tasks is their loss.)
bool SelectsByScore(Task task, const EvaluationSpec& spec);

// Returns whether a validation is better than the best of `progress`, by evaluation.select: LOSS
// prefers a lower loss; SCORE prefers a higher score and, for equal scores, a lower loss. Of equal
// results the earlier one stays the best. A result that is not finite is never the best.
bool IsBest(const EvaluationSpec& spec, const Evaluation& evaluation, const Progress& progress);

}  // namespace elman
