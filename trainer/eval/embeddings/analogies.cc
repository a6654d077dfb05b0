#include "trainer/eval/embeddings/analogies.h"

#include <algorithm>

#include "trainer/network/math/gemm.h"

namespace elman {
namespace {

// Directions per matrix product with all words.
constexpr int64_t kDirections = 64;

}  // namespace

std::vector<int64_t> SolveAnalogies(const WordSpace& space,
                                    std::span<const WordSpace::Analogy> analogies) {
  std::vector<int64_t> answers;
  std::vector<float> directions, products(kDirections * space.words());
  for (size_t first = 0; first < analogies.size(); first += kDirections) {
    const auto some =
        analogies.subspan(first, std::min<size_t>(kDirections, analogies.size() - first));
    directions.clear();
    for (const WordSpace::Analogy& analogy : some) {
      const std::vector<float> direction = space.Direction(analogy);
      directions.insert(directions.end(), direction.begin(), direction.end());
    }
    const Matrix result = {products.data(), std::ssize(some), space.words()};
    Gemm(Transpose::kNo, Transpose::kYes, 1,
         ConstMatrix{directions.data(), result.rows, space.size()}, space.matrix(), 0, result);
    for (int64_t i = 0; i < result.rows; ++i) {
      float* const row = result.row(i);
      for (const int64_t given : {some[i].a, some[i].b, some[i].c}) row[given] = -2;
      const float* const best = std::max_element(row, row + space.words());
      answers.push_back(*best == -2 ? -1 : best - row);
    }
  }
  return answers;
}

}  // namespace elman
