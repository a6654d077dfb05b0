#include "trainer/network/math/transposed_product.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "trainer/network/math/gemm.h"

namespace elman {
namespace {

std::vector<float> Numbers(int64_t count, int first) {
  std::vector<float> numbers(count);
  for (int64_t i = 0; i < count; ++i) numbers[i] = static_cast<float>((first + i * 7) % 11 - 5);
  return numbers;
}

TEST(TransposedProductTest, MatchesTheDefinitionForEveryShape) {
  TransposedProduct product;
  for (const auto& [m, n, k] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                   {3, 5, 4},
                                                                   {70, 33, 129},
                                                                   {3, 5, 4},
                                                                   {2, 67, 31},
                                                                   {3, 1, 1},
                                                                   {70, 1, 129},
                                                                   {3, 5, 1},
                                                                   {1, 5, 4}}) {
    const std::vector<float> a = Numbers(m * k, 1), b = Numbers(n * k, 2);
    std::vector<float> c(m * n, 99), expected(m * n);
    product.Run({a.data(), m, k}, {b.data(), n, k}, {c.data(), m, n});
    Gemm(Transpose::kNo, Transpose::kYes, 1, {a.data(), m, k}, {b.data(), n, k}, 0,
         {expected.data(), m, n});
    EXPECT_EQ(c, expected) << m << " " << n << " " << k;  // integers: exact in any order
  }
}

}  // namespace
}  // namespace elman
