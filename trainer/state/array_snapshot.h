// Copies of arrays that can be taken and restored repeatedly without allocation.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trainer/comm/float_array.h"

namespace elman {

class ArrayCopies {
 public:
  // Allocates copies, which are zero until Take. The arrays must outlive the copies.
  explicit ArrayCopies(std::vector<std::span<float>> arrays);

  void Take();     // copies from the arrays
  void Restore();  // copies to the arrays

  // The copy of the i-th array.
  std::span<float> copy(size_t i) { return copies_[i].span(); }

 private:
  std::vector<std::span<float>> arrays_;
  std::vector<FloatArray> copies_;
};

}  // namespace elman
