// Non-owning views of row-major matrices.
#pragma once

#include <cstdint>
#include <type_traits>

namespace elman {

// NOLINTBEGIN(google-explicit-constructor): as with std::span, views convert to views of constants.

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

// A view of some columns of a matrix; consecutive rows are `stride` elements apart.
template <typename Element>
struct PanelView {
  PanelView(Element* data, int64_t rows, int64_t cols)
      : data(data), rows(rows), cols(cols), stride(cols) {}
  PanelView(MatrixView<Element> matrix)
      : data(matrix.data), rows(matrix.rows), cols(matrix.cols), stride(matrix.cols) {}
  // The columns [first, first + count).
  PanelView(MatrixView<Element> matrix, int64_t first, int64_t count)
      : data(matrix.data + first), rows(matrix.rows), cols(count), stride(matrix.cols) {}
  template <typename Other>
  requires std::is_same_v<Element, const Other> PanelView(MatrixView<Other> matrix)
      : PanelView(MatrixView<Element>(matrix)) {}
  template <typename Other>
  requires std::is_same_v<Element, const Other> PanelView(const PanelView<Other>& panel)
      : data(panel.data), rows(panel.rows), cols(panel.cols), stride(panel.stride) {}

  Element* data;
  int64_t rows;
  int64_t cols;
  int64_t stride;
};

// NOLINTEND(google-explicit-constructor)

using Panel = PanelView<float>;
using ConstPanel = PanelView<const float>;

}  // namespace elman
