// A model without parameters, for whoever evaluates models: what it knows was counted or solved
// for, and steps of training have no part in it.
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
