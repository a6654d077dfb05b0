// The transpose of a matrix, by oneDNN.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/math/matrix.h"

namespace elman {

// Made for one shape. Not for concurrent use.
class Transposition {
 public:
  Transposition(int64_t rows, int64_t cols);
  ~Transposition();

  // to [cols, rows] = from [rows, cols], transposed.
  void Run(ConstMatrix from, Matrix to);

 private:
  struct Primitive;
  const std::unique_ptr<Primitive> primitive_;
};

}  // namespace elman
