// Initial values of a parameter.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/random.h"

namespace elman {

struct Initializer {
  enum class Kind {
    kZero,
    kUniform,     // in [-range, range)
    kXavier,      // uniform in +-sqrt(6 / (rows + columns)) (Glorot and Bengio, 2010)
    kOrthogonal,  // a random matrix with orthonormal columns (Saxe, McClelland and Ganguli, 2014)
  };
  Kind kind = Kind::kZero;
  float range = 0;
  // The number of equal blocks of columns that are initialized as separate matrices, such as gates.
  int64_t blocks = 1;
  // A constant that is added to the columns [shifted_begin, shifted_end).
  float shift = 0;
  int64_t shifted_begin = 0;
  int64_t shifted_end = 0;
};

// Fills a matrix. The numbers depend only on the key.
void Initialize(const Initializer& initializer, const RandomKey& key, Matrix matrix);

}  // namespace elman
