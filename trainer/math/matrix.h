// Views of row-major matrices that someone else owns.
#pragma once

#include <cstdint>

namespace elman {

template <typename Element>
struct MatrixView {
  Element* data = nullptr;
  int64_t rows = 0;
  int64_t cols = 0;

  int64_t size() const { return rows * cols; }
  Element* row(int64_t r) const { return data + r * cols; }
  // The rows [first, first + count).
  MatrixView Rows(int64_t first, int64_t count) const { return {row(first), count, cols}; }
  operator MatrixView<const Element>() const { return {data, rows, cols}; }
};

using Matrix = MatrixView<float>;
using ConstMatrix = MatrixView<const float>;

}  // namespace elman
