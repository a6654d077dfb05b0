// Base class of models without trainable parameters, so that they can be evaluated like networks.
// What they know was counted or solved for, and training steps do not change it.
#pragma once

#include "trainer/network/math/check.h"
#include "trainer/network/models/model.h"

namespace elman {

// `Interface` is Model or Labeler.
template <typename Interface>
class FixedModel : public Interface {
 public:
  void UseValues(const float* /*values*/) final {}
  void Touch(const Batch& /*batch*/, BlockSet* /*touched*/) const final {}
  LossSums Train(const Batch& /*batch*/, const Pass& /*pass*/, float* /*carry*/,
                 float* /*gradients*/, Workspace* /*workspace*/) final {
    constexpr bool kTrainable = false;
    CHECK_EQ(kTrainable, true);
    return {};
  }
};

}  // namespace elman
