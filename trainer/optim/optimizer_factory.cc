#include "trainer/optim/optimizer_factory.h"

#include "trainer/optim/adagrad.h"
#include "trainer/optim/adam.h"
#include "trainer/optim/sgd.h"

namespace elman {

std::unique_ptr<Optimizer> CreateOptimizer(const OptimizerSpec& spec) {
  switch (spec.kind()) {
    case OptimizerSpec::SGD:
      return std::make_unique<Sgd>(spec.momentum());
    case OptimizerSpec::ADAM:
      return std::make_unique<Adam>(spec.beta1(), spec.beta2(), spec.epsilon());
    case OptimizerSpec::ADAGRAD:
      return std::make_unique<Adagrad>(spec.initial_sum(), spec.epsilon());
  }
  return nullptr;
}

}  // namespace elman
