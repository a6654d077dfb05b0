// Evaluates a split with all ranks together. The metrics have the same bits as those of
// elman-evaluate.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "trainer/comm/communicator.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/network/models/model.h"

namespace elman {

// Divides the evaluator's parts among the ranks. Collective. Cancelled, on every rank, if
// `interrupted` returned true on any rank.
absl::StatusOr<Evaluation> Validate(Communicator* communicator, Evaluator* evaluator, Model* model,
                                    const std::function<bool()>& interrupted);

}  // namespace elman
