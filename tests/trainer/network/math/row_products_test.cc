#include "trainer/network/math/row_products.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace elman {
namespace {

std::vector<float> Floats(int64_t count, uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> floats(count);
  for (float& x : floats) x = uniform(engine);
  return floats;
}

TEST(RowProductsTest, GathersAndScattersRowsOfAnySize) {
  for (const int64_t size : {1, 15, 16, 17, 100}) {
    const std::vector<float> values = Floats(4 * size, 1), gradients = Floats(4 * size, 2);
    const std::vector<int32_t> rows = {3, 0, 3};
    const int64_t padded = PaddedSize(size);
    for (const float rate : {0.0f, 0.5f}) {
      std::vector<float> gathered(3 * padded, -7), sums(4 * size, 1);
      GatherRows({values.data(), 4, size}, {gradients.data(), 4, size}, rate, rows,
                 {gathered.data(), 3, padded});
      ScatterRows({gathered.data(), 3, padded}, rows, {sums.data(), 4, size});
      for (int64_t k = 0; k < padded; ++k) {
        for (int i = 0; i < 3; ++i) {
          const int64_t from = rows[i] * size + k;
          const float expected = k < size ? values[from] - rate * gradients[from] : 0;
          EXPECT_NEAR(gathered[i * padded + k], expected, 1e-6) << size;
        }
        if (k >= size) continue;
        EXPECT_NEAR(sums[k], 1 + gathered[padded + k], 1e-6);
        EXPECT_EQ(sums[size + k], 1);
        EXPECT_NEAR(sums[3 * size + k], 1 + 2 * gathered[k], 1e-6);
      }
    }
  }
}

class PairProductsTest : public testing::TestWithParam<int64_t> {};

TEST_P(PairProductsTest, ProductsAndUpdatesMatchTheDefinition) {
  const int64_t size = GetParam();
  const std::vector<float> a = Floats(3 * size, 1), b = Floats(2 * size, 2);
  const std::vector<RowPair> pairs = {{2, 0}, {0, 1}, {2, 1}};
  const std::vector<float> factors = {0.5f, -1, 2};
  std::vector<float> products(3), d_a(3 * size), d_b(2 * size);
  const ConstMatrix left = {a.data(), 3, size}, right = {b.data(), 2, size};
  PairProducts(left, right, pairs, products);
  AddToLeft(pairs, factors, right, {d_a.data(), 3, size});
  AddToRight(pairs, factors, left, {d_b.data(), 2, size});
  for (int p = 0; p < 3; ++p) {
    float product = 0;
    for (int64_t k = 0; k < size; ++k)
      product += left.row(pairs[p].left)[k] * right.row(pairs[p].right)[k];
    EXPECT_NEAR(products[p], product, 1e-5);
  }
  for (int64_t k = 0; k < size; ++k) {
    EXPECT_NEAR(d_a[k], -right.row(1)[k], 1e-6);
    EXPECT_EQ(d_a[size + k], 0);
    EXPECT_NEAR(d_a[2 * size + k], 0.5f * right.row(0)[k] + 2 * right.row(1)[k], 1e-6);
    EXPECT_NEAR(d_b[k], 0.5f * left.row(2)[k], 1e-6);
    EXPECT_NEAR(d_b[size + k], -left.row(0)[k] + 2 * left.row(2)[k], 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, PairProductsTest, testing::Values(1, 15, 32, 100));

TEST(RowProductsTest, LogisticLossesAreExactEvenWhereExponentialsOverflow) {
  std::vector<float> z = {0,    1,     -1,   3.5f, -3.5f, 20, -20, 90, -90,
                          1000, -1000, 0.1f, 7,    7,     7,  7,   7};
  for (const bool labelled : {false, true}) {
    std::vector<float> labels;
    if (labelled) labels.assign(z.size(), 1);
    std::vector<float> scores = z, losses(z.size());
    LogisticLosses(scores, labels, losses);
    for (size_t i = 0; i < z.size(); ++i) {
      const double x = labelled ? -double{z[i]} : double{z[i]};
      const double loss = x > 50 ? x : std::log1p(std::exp(x));
      const double sigma = 1 / (1 + std::exp(-double{z[i]}));
      EXPECT_NEAR(losses[i], loss, 1e-5 + 1e-5 * loss) << z[i];
      EXPECT_NEAR(scores[i], sigma - labelled, 1e-6) << z[i];
    }
  }
}

}  // namespace
}  // namespace elman
