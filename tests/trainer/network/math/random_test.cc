#include "trainer/network/math/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elman {
namespace {

// Known answers published by the authors of Philox for philox4x32 with ten rounds.
TEST(PhiloxTest, KnownAnswers) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomWordsTest, AreTheWordsAtTheirPositions) {
  const RandomKey key{7, RandomPurpose::kDropout, 2};
  std::vector<uint32_t> words(11);
  RandomWords(key, 5, 3, 8, words);
  for (size_t i = 0; i < words.size(); ++i) EXPECT_EQ(words[i], RandomWord(key, 5, 3, 8 + i));
}

TEST(RandomWordsTest, DependOnEveryPartOfTheKey) {
  const RandomKey key{7, RandomPurpose::kDropout, 2};
  const uint32_t word = RandomWord(key, 5, 3, 8);
  EXPECT_NE(word, RandomWord({8, RandomPurpose::kDropout, 2}, 5, 3, 8));
  EXPECT_NE(word, RandomWord({7, RandomPurpose::kSampling, 2}, 5, 3, 8));
  EXPECT_NE(word, RandomWord({7, RandomPurpose::kDropout, 3}, 5, 3, 8));
  EXPECT_NE(word, RandomWord(key, 6, 3, 8));
  EXPECT_NE(word, RandomWord(key, 5, 4, 8));
  EXPECT_NE(word, RandomWord(key, 5, 3, 9));
}

TEST(UniformFloatTest, LiesInTheUnitIntervalWithItsMean) {
  EXPECT_EQ(UniformFloat(0), 0);
  EXPECT_LT(UniformFloat(0xffffffff), 1);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += UniformFloat(RandomWord({}, 0, 0, i));
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
}

}  // namespace
}  // namespace elman
