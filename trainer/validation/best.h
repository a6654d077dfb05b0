// Which validation of a run is the best.
#pragma once

#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluation.h"

namespace elman {

// Whether a validation is better than the best of `progress`, as evaluation.select chooses: LOSS by
// a lower loss, SCORE by a higher score and, of equal scores, by a lower loss. Of equal ones the
// earlier stays the best. What is not finite is never the best.
bool IsBest(const EvaluationSpec& spec, const Evaluation& evaluation, const Progress& progress);

}  // namespace elman
