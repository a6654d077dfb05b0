#include "trainer/comm/float_array.h"

#include <algorithm>
#include <new>

namespace elman {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

FloatArray::FloatArray(int64_t size)
    : data_(static_cast<float*>(
          ::operator new(std::max<int64_t>(size, 1) * sizeof(float), kAlignment))),
      size_(size) {
  std::fill_n(data_.get(), size, 0.0f);
}

void FloatArray::Free::operator()(float* data) const { ::operator delete(data, kAlignment); }

}  // namespace elman
