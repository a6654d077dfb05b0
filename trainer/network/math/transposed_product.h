// Products with a transposed matrix, C = A B^T. Both operands are read along their rows, which
// oneDNN's matrix multiplication primitive does faster than its plain sgemm (0.93 against 0.77 of
// the speed of a square product, for 200 rows and a k of 10,000), at the price of being created
// for every shape.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/math/matrix.h"

namespace elman {

// Not for concurrent use.
class TransposedProduct {
 public:
  TransposedProduct();
  ~TransposedProduct();
  TransposedProduct(TransposedProduct&&);

  // c [m, n] = a [m, k] times b [n, k] transposed.
  void Run(ConstMatrix a, ConstMatrix b, Matrix c);

 private:
  struct Primitives;
  std::unique_ptr<Primitives> primitives_;
};

}  // namespace elman
