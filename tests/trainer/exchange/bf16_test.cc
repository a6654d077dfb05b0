#include "trainer/exchange/bf16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

TEST(Bf16Test, RoundsToTheNearestTiesToEven) {
  EXPECT_EQ(RoundToBf16(1.0f), 1.0f);
  EXPECT_EQ(RoundToBf16(-2.5f), -2.5f);
  // The distance between bf16 numbers near 1 is 1/128.
  EXPECT_EQ(RoundToBf16(1.0f + 1.0f / 256), 1.0f);
  EXPECT_EQ(RoundToBf16(1.0f + 3.0f / 256), 1.0f + 2.0f / 128);
  EXPECT_EQ(RoundToBf16(std::nextafter(1.0f + 1.0f / 256, 2.0f)), 1.0f + 1.0f / 128);
  for (uint64_t i = 0; i < 10000; ++i) {
    const float x =
        std::ldexp(UniformFloat(RandomWord({1}, 0, 0, i)) - 0.5f, static_cast<int>(i % 60) - 30);
    EXPECT_LE(std::abs(RoundToBf16(x) - x), std::abs(x) / 256) << x;
    EXPECT_EQ(RoundToBf16(RoundToBf16(x)), RoundToBf16(x));
  }
}

TEST(Bf16Test, KeepsNan) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(RoundToBf16(infinity), infinity);
  EXPECT_EQ(RoundToBf16(-infinity), -infinity);
  EXPECT_EQ(RoundToBf16(std::numeric_limits<float>::max()), infinity);
  EXPECT_TRUE(std::isnan(RoundToBf16(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(RoundToBf16(std::bit_cast<float>(0x7f800001u))));
  EXPECT_TRUE(std::signbit(RoundToBf16(-0.0f)));
}

}  // namespace
}  // namespace elman
