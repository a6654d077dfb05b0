// The figures of a split, computed by all ranks together, the same bits as elman-evaluate finds.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "trainer/comm/communicator.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/network/models/model.h"

namespace elman {

// Divides the evaluator's parts among the ranks. Collective. Cancelled, on every rank,
// if `interrupted` said yes on any.
absl::StatusOr<Evaluation> Validate(Communicator* communicator, Evaluator* evaluator, Model* model,
                                    const std::function<bool()>& interrupted);

}  // namespace elman
