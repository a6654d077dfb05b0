#include "data/batches/permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elman {
namespace {

TEST(Permutation, MapsNumbersOneToOne) {
  for (uint64_t count = 1; count < 400; ++count) {
    const Permutation permutation(count, 7 * count);
    std::vector<bool> seen(count, false);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t to = permutation(i);
      ASSERT_LT(to, count);
      ASSERT_FALSE(seen[to]) << count;
      seen[to] = true;
    }
  }
}

TEST(Permutation, SpreadsNumbersOverALargeRange) {
  const uint64_t count = (uint64_t{1} << 40) + 12345;
  const Permutation permutation(count, 1);
  uint64_t upper_half = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_LT(permutation(i), count);
    upper_half += permutation(i) > count / 2 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(upper_half), 500, 80);
}

// Over many keys, every number occurs at every place about equally often, and so do pairs of
// numbers; for small and large counts.
TEST(Permutation, IsUniformOverKeys) {
  for (const uint64_t count : {2u, 3u, 5u, 16u, 23u}) {
    constexpr int kKeys = 20'000;
    std::vector<int> places(count * count, 0), neighbours(count * count, 0);
    for (uint64_t key = 0; key < kKeys; ++key) {
      const Permutation permutation(count, key);
      for (uint64_t i = 0; i < count; ++i) ++places[i * count + permutation(i)];
      ++neighbours[permutation(0) * count + permutation(1)];
    }
    const double expected = static_cast<double>(kKeys) / static_cast<double>(count);
    for (const int times : places) EXPECT_NEAR(times, expected, 6 * std::sqrt(expected)) << count;
    const double pairs = expected / static_cast<double>(count - 1);
    for (uint64_t a = 0; a < count; ++a) {
      for (uint64_t b = 0; b < count; ++b) {
        EXPECT_NEAR(neighbours[a * count + b], a == b ? 0 : pairs, 6 * std::sqrt(pairs)) << count;
      }
    }
  }
}

}  // namespace
}  // namespace elman
