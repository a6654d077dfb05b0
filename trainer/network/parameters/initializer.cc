#include "trainer/network/parameters/initializer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

void FillUniform(const RandomKey& key, float range, Matrix matrix) {
  std::vector<uint32_t> words(matrix.cols);
  for (int64_t r = 0; r < matrix.rows; ++r) {
    RandomWords(key, /*step=*/0, static_cast<uint32_t>(r), /*first_position=*/0, words);
    for (int64_t c = 0; c < matrix.cols; ++c) {
      matrix.row(r)[c] = (2 * UniformFloat(words[c]) - 1) * range;
    }
  }
}

// Returns a standard normal number (Box-Muller transform).
double Normal(uint32_t word0, uint32_t word1) {
  const double radius = std::sqrt(-2 * std::log((word0 + 0.5) * 0x1p-32));
  return radius * std::cos(2 * std::numbers::pi * (word1 + 0.5) * 0x1p-32);
}

// Fills the columns [first, first + count) with a random orthogonal matrix (uniformly distributed):
// Gram-Schmidt of normal numbers, done twice for accuracy.
void FillOrthogonal(const RandomKey& key, int64_t first, int64_t count, Matrix matrix) {
  CHECK_LE(count, matrix.rows);
  std::vector<std::vector<double>> columns;
  for (int64_t c = first; c < first + count; ++c) {
    std::vector<double> column(matrix.rows);
    for (int64_t r = 0; r < matrix.rows; ++r) {
      column[r] = Normal(RandomWord(key, 0, static_cast<uint32_t>(c), 2 * r),
                         RandomWord(key, 0, static_cast<uint32_t>(c), 2 * r + 1));
    }
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& other : columns) {
        double product = 0;
        for (int64_t r = 0; r < matrix.rows; ++r) product += column[r] * other[r];
        for (int64_t r = 0; r < matrix.rows; ++r) column[r] -= product * other[r];
      }
    }
    double squares = 0;
    for (const double x : column) squares += x * x;
    for (double& x : column) x /= std::sqrt(squares);
    for (int64_t r = 0; r < matrix.rows; ++r) matrix.row(r)[c] = static_cast<float>(column[r]);
    columns.push_back(std::move(column));
  }
}

}  // namespace

void Initialize(const Initializer& initializer, const RandomKey& key, Matrix matrix) {
  const int64_t block = matrix.cols / initializer.blocks;
  switch (initializer.kind) {
    case Initializer::Kind::kZero:
      std::fill_n(matrix.data, matrix.size(), 0.0f);
      break;
    case Initializer::Kind::kUniform:
      FillUniform(key, initializer.range, matrix);
      break;
    case Initializer::Kind::kXavier:
      FillUniform(key, std::sqrt(6.0f / static_cast<float>(matrix.rows + block)), matrix);
      break;
    case Initializer::Kind::kOrthogonal:
      for (int64_t b = 0; b < initializer.blocks; ++b)
        FillOrthogonal(key, b * block, block, matrix);
      break;
  }
  for (int64_t r = 0; r < matrix.rows; ++r) {
    for (int64_t c = initializer.shifted_begin; c < initializer.shifted_end; ++c) {
      matrix.row(r)[c] += initializer.shift;
    }
  }
}

}  // namespace elman
