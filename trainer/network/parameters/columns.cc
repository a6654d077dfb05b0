#include "trainer/network/parameters/columns.h"

#include <algorithm>

namespace elman {

Matrix JoinColumns(ConstMatrix a, ConstMatrix b, Workspace* workspace) {
  const Matrix joined = workspace->Take(a.rows, a.cols + b.cols);
  for (int64_t row = 0; row < a.rows; ++row)
    std::copy_n(b.row(row), b.cols, std::copy_n(a.row(row), a.cols, joined.row(row)));
  return joined;
}

void SplitColumns(ConstMatrix joined, Matrix a, Matrix b) {
  for (int64_t row = 0; row < a.rows; ++row) {
    std::copy_n(joined.row(row), a.cols, a.row(row));
    std::copy_n(joined.row(row) + a.cols, b.cols, b.row(row));
  }
}

}  // namespace elman
