// Transposes matrices, with oneDNN.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/math/matrix.h"

namespace elman {

// Transposes matrices of one shape. Not thread-safe.
class Transposition {
 public:
  Transposition(int64_t rows, int64_t cols);
  ~Transposition();

  // to [cols, rows] = the transpose of from [rows, cols].
  void Run(ConstMatrix from, Matrix to);

 private:
  struct Primitive;
  const std::unique_ptr<Primitive> primitive_;
};

}  // namespace elman
