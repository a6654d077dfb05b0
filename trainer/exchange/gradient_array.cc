#include "trainer/exchange/gradient_array.h"

#include <algorithm>

#include "trainer/network/math/sums.h"

namespace elman {

void GradientArray::Clear() {
  touched_.ForEachRun(0, touched_.elements(), [&](int64_t first, int64_t count) {
    std::fill_n(elements_.data() + first, count, 0.0f);
  });
  touched_ = *dense_;
}

void GradientArray::Add(const GradientArray& other) {
  other.touched_.ForEachRun(0, touched_.elements(), [&](int64_t first, int64_t count) {
    elman::Add(other.elements_.subspan(first, count), elements_.subspan(first, count));
  });
  touched_.Insert(other.touched_);
}

}  // namespace elman
