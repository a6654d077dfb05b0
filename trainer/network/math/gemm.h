// Single-precision matrix products (GEMM), computed by oneDNN.
#pragma once

#include "trainer/network/math/matrix.h"

namespace elman {

enum class Transpose { kNo, kYes };

// C = alpha op(A) op(B) + beta C, where op(X) is X or its transpose. Shapes must agree: op(A) [m,
// k], op(B) [k, n], C [m, n].
void Gemm(Transpose transpose_a, Transpose transpose_b, float alpha, const ConstPanel& a,
          const ConstPanel& b, float beta, const Panel& c);

}  // namespace elman
