// Creates the optimizer that a configuration names. A new optimizer is added here.
#pragma once

#include <memory>

#include "proto/training.pb.h"
#include "trainer/optim/optimizer.h"

namespace elman {

std::unique_ptr<Optimizer> CreateOptimizer(const OptimizerSpec& spec);

}  // namespace elman
