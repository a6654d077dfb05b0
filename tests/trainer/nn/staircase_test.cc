#include "trainer/nn/staircase.h"

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

TEST(StaircaseTest, EqualLengthsAreOneRectangleInTheOrderOfTheBatch) {
  const std::vector<int32_t> lengths(5, 7);
  for (const Staircase& staircase : {Staircase(lengths), Staircase(7, 5)}) {
    ASSERT_EQ(staircase.rectangles().size(), 1u);
    EXPECT_EQ(staircase.rows(), 35);
    EXPECT_EQ(staircase.positions(), 35);
    for (int64_t r = 0; r < 35; ++r) {
      EXPECT_EQ(staircase.places()[r].step, r / 5);
      EXPECT_EQ(staircase.places()[r].sequence, r % 5);
      EXPECT_EQ(staircase.mirror()[r], (6 - r / 5) * 5 + r % 5);
    }
  }
}

TEST(StaircaseTest, HoldsEveryStepOfEverySequenceOnce) {
  Staircase staircase;  // the same object again and again
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const std::vector<int32_t> lengths = RandomLengths(1 + seed % 23, 1 + seed * 3, seed);
    staircase.Assign(lengths);
    std::set<std::pair<int32_t, int32_t>> places;
    for (int64_t r = 0; r < staircase.rows(); ++r) {
      const auto [sequence, step] = staircase.places()[r];
      if (step == Staircase::kPadding) {
        EXPECT_EQ(staircase.mirror()[r], r);
        continue;
      }
      EXPECT_TRUE(places.insert({sequence, step}).second);
      EXPECT_LT(step, lengths[sequence]);
      const auto mirrored = staircase.places()[staircase.mirror()[r]];
      EXPECT_EQ(mirrored.sequence, sequence);
      EXPECT_EQ(mirrored.step, lengths[sequence] - 1 - step);
    }
    int64_t positions = 0;
    for (const int32_t length : lengths) positions += length;
    EXPECT_EQ(static_cast<int64_t>(places.size()), positions);
    EXPECT_EQ(staircase.positions(), positions);
  }
}

TEST(StaircaseTest, RectanglesFollowOneAnotherAndShrink) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const Staircase staircase(RandomLengths(1 + seed, 120, seed));
    int64_t row = 0, step = 0, batch = staircase.batch();
    for (const Staircase::Rectangle& rectangle : staircase.rectangles()) {
      EXPECT_EQ(rectangle.first_row, row);
      EXPECT_EQ(rectangle.first_step, step);
      EXPECT_LE(rectangle.batch, batch);
      EXPECT_GE(rectangle.steps, 1);
      for (int64_t i = 0; i < rectangle.rows(); ++i) {
        const auto place = staircase.places()[row + i];
        EXPECT_EQ(place.sequence, staircase.order()[i % rectangle.batch]);
        if (place.step != Staircase::kPadding) {
          EXPECT_EQ(place.step, step + i / rectangle.batch);
          EXPECT_EQ(staircase.RowOf(i % rectangle.batch, place.step), row + i);
        }
      }
      row += rectangle.rows();
      step += rectangle.steps;
      batch = rectangle.batch;
    }
    EXPECT_EQ(row, staircase.rows());
  }
}

// 64 sequences of 3 to 50 steps, as in tagging: 0.53 of one rectangle would be words.
TEST(StaircaseTest, PadsLittleWithFewRectangles) {
  std::vector<int32_t> lengths;
  for (int i = 0; i < 64; ++i) lengths.push_back(3 + i * 29 % 48);
  const Staircase staircase(lengths);
  EXPECT_GT(static_cast<double>(staircase.positions()) / staircase.rows(), 0.85);
  EXPECT_LT(staircase.rectangles().size(), 12u);
}

}  // namespace
}  // namespace elman
