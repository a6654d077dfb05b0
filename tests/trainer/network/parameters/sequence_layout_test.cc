#include "trainer/network/parameters/sequence_layout.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace elman {
namespace {

std::vector<int32_t> RandomLengths(int count, int longest, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<int32_t> lengths(count);
  for (int32_t& length : lengths) length = 1 + static_cast<int32_t>(engine() % longest);
  return lengths;
}

TEST(SequenceLayoutTest, EqualLengthsKeepTheOrderOfTheBatch) {
  const std::vector<int32_t> lengths(5, 7);
  for (const SequenceLayout& layout : {SequenceLayout(lengths), SequenceLayout(7, 5)}) {
    EXPECT_EQ(layout.batches(), std::vector<int64_t>(7, 5));
    ASSERT_EQ(layout.rows(), 35);
    for (int64_t r = 0; r < 35; ++r) {
      EXPECT_EQ(layout.places()[r].step, r / 5);
      EXPECT_EQ(layout.places()[r].sequence, r % 5);
      EXPECT_EQ(layout.mirror()[r], (6 - r / 5) * 5 + r % 5);
    }
  }
}

TEST(SequenceLayoutTest, MatchesTheExampleInTheHeader) {
  const SequenceLayout layout(std::vector<int32_t>{3, 2, 4});
  EXPECT_EQ(layout.order(), (std::vector<int32_t>{2, 0, 1}));
  EXPECT_EQ(layout.batches(), (std::vector<int64_t>{3, 3, 2, 1}));
  EXPECT_EQ(layout.RowOf(0, 3), 8);
  EXPECT_EQ(layout.mirror(), (std::vector<int64_t>{8, 7, 5, 6, 4, 2, 3, 1, 0}));
}

TEST(SequenceLayoutTest, HasEveryStepOfEverySequenceOnce) {
  SequenceLayout layout;  // is used again for each case
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const std::vector<int32_t> lengths = RandomLengths(1 + seed % 23, 1 + seed * 3, seed);
    layout.Assign(lengths);
    std::set<std::pair<int32_t, int32_t>> places;
    for (int64_t r = 0; r < layout.rows(); ++r) {
      const auto [sequence, step] = layout.places()[r];
      EXPECT_TRUE(places.insert({sequence, step}).second);
      EXPECT_LT(step, lengths[sequence]);
      const auto mirrored = layout.places()[layout.mirror()[r]];
      EXPECT_EQ(mirrored.sequence, sequence);
      EXPECT_EQ(mirrored.step, lengths[sequence] - 1 - step);
    }
    int64_t steps = 0, previous = layout.batch();
    for (const int32_t length : lengths) steps += length;
    EXPECT_EQ(layout.rows(), steps);
    for (size_t t = 0; t < layout.batches().size(); ++t) {
      EXPECT_LE(layout.batches()[t], previous);
      previous = layout.batches()[t];
      for (int64_t rank = 0; rank < previous; ++rank) {
        const auto place = layout.places()[layout.RowOf(rank, t)];
        EXPECT_EQ(place.sequence, layout.order()[rank]);
        EXPECT_EQ(place.step, static_cast<int32_t>(t));
      }
    }
  }
}

}  // namespace
}  // namespace elman
