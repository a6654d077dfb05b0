#include "trainer/state/array_snapshot.h"

#include <algorithm>
#include <utility>

namespace elman {

ArrayCopies::ArrayCopies(std::vector<std::span<float>> arrays) : arrays_(std::move(arrays)) {
  for (const std::span<float> array : arrays_)
    copies_.emplace_back(static_cast<int64_t>(array.size()));
}

void ArrayCopies::Take() {
  for (size_t i = 0; i < arrays_.size(); ++i) std::ranges::copy(arrays_[i], copies_[i].data());
}

void ArrayCopies::Restore() {
  for (size_t i = 0; i < arrays_.size(); ++i)
    std::ranges::copy(copies_[i].span(), arrays_[i].begin());
}

}  // namespace elman
