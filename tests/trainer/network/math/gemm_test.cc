#include "trainer/network/math/gemm.h"

#include <gtest/gtest.h>

#include <vector>

namespace elman {
namespace {

std::vector<float> Numbers(int64_t count, int first) {
  std::vector<float> numbers(count);
  for (int64_t i = 0; i < count; ++i) numbers[i] = static_cast<float>((first + i * 7) % 11 - 5);
  return numbers;
}

TEST(GemmTest, AllTranspositionsMatchTheDefinition) {
  constexpr int64_t m = 3, n = 5, k = 4;
  for (const Transpose ta : {Transpose::kNo, Transpose::kYes}) {
    for (const Transpose tb : {Transpose::kNo, Transpose::kYes}) {
      std::vector<float> a = Numbers(m * k, 1), b = Numbers(k * n, 2), c = Numbers(m * n, 3);
      const std::vector<float> old = c;
      const bool at = ta == Transpose::kYes, bt = tb == Transpose::kYes;
      Gemm(ta, tb, 2, {a.data(), at ? k : m, at ? m : k}, {b.data(), bt ? n : k, bt ? k : n}, 3,
           {c.data(), m, n});
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          float sum = 0;
          for (int64_t l = 0; l < k; ++l)
            sum += (at ? a[l * m + i] : a[i * k + l]) * (bt ? b[j * k + l] : b[l * n + j]);
          EXPECT_EQ(c[i * n + j], 2 * sum + 3 * old[i * n + j]) << i << " " << j;
        }
      }
    }
  }
}

TEST(GemmDeathTest, ShapesMustAgree) {
  std::vector<float> a(6), b(6), c(4);
  EXPECT_DEATH(Gemm(Transpose::kNo, Transpose::kNo, 1, {a.data(), 2, 3}, {b.data(), 2, 3}, 0,
                    {c.data(), 2, 2}),
               "check failed");
}

}  // namespace
}  // namespace elman
