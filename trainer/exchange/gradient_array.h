// Gradients to add to: a flat array that knows which of its blocks may differ from zero.
#pragma once

#include <span>

#include "trainer/network/math/block_set.h"

namespace elman {

// Outside of touched() every element is zero. Clearing and adding up visit what was touched, not
// the whole array.
class GradientArray {
 public:
  // `elements`, zeros at first, and `dense`, the blocks that every pass adds to, must outlive it.
  GradientArray(std::span<float> elements, const BlockSet* dense)
      : elements_(elements), dense_(dense), touched_(static_cast<int64_t>(elements.size())) {}

  float* data() const { return elements_.data(); }

  // Whoever adds to a block that is not dense must have it in here.
  BlockSet* mutable_touched() { return &touched_; }
  const BlockSet& touched() const { return touched_; }

  // All zeros, and the dense blocks touched.
  void Clear();

  // Adds `other`, of the same layout. Gradients begin at +0 and are added up, so that none is -0:
  // leaving out blocks of zeros changes no bit.
  void Add(const GradientArray& other);

 private:
  std::span<float> elements_;
  const BlockSet* dense_;
  BlockSet touched_;
};

}  // namespace elman
