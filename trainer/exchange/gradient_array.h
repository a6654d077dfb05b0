// An array of gradients that records which of its blocks may differ from zero.
#pragma once

#include <span>

#include "trainer/network/math/block_set.h"

namespace elman {

// Every element outside of touched() is zero. Clear and Add visit only touched blocks, not the
// whole array.
class GradientArray {
 public:
  // `elements` (initially zero) and `dense` (the blocks that every pass adds to) must outlive this
  // object.
  GradientArray(std::span<float> elements, const BlockSet* dense)
      : elements_(elements), dense_(dense), touched_(static_cast<int64_t>(elements.size())) {}

  float* data() const { return elements_.data(); }

  // Code that adds to a block that is not dense must first add the block to this set.
  BlockSet* mutable_touched() { return &touched_; }
  const BlockSet& touched() const { return touched_; }

  // Sets all elements to zero and marks only the dense blocks as touched.
  void Clear();

  // Adds `other`, which has the same layout. Gradients start at +0 and are only added to, so none
  // is -0: skipping blocks of zeros does not change any bit.
  void Add(const GradientArray& other);

 private:
  std::span<float> elements_;
  const BlockSet* dense_;
  BlockSet touched_;
};

}  // namespace elman
