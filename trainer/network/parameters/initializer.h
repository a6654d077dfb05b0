// How a parameter begins.
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
  // Columns fall into so many equal blocks, the gates of a cell, each a matrix of its own.
  int64_t blocks = 1;
  // Added to the columns [shifted_begin, shifted_end).
  float shift = 0;
  int64_t shifted_begin = 0;
  int64_t shifted_end = 0;
};

// Fills a matrix; the numbers depend on the key alone.
void Initialize(const Initializer& initializer, const RandomKey& key, Matrix matrix);

}  // namespace elman
