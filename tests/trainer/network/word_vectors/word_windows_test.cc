#include "trainer/network/word_vectors/word_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace elman {
namespace {

using testing::ElementsAre;

constexpr int32_t kUnknown = 0, kEnd = 1;

TEST(WordWindowsTest, WindowsEndWithLinesAndSkipOtherIds) {
  WindowChooser chooser(std::vector<uint64_t>{0, 0, 5, 5, 5}, /*subsample=*/0, /*window=*/1, kEnd);
  WordWindows windows;
  chooser.Choose(std::vector<int32_t>{2, kUnknown, 3, 4, kEnd, 4, kEnd, kEnd, 2, 3, -1},
                 {.seed = 1}, 0, &windows);
  EXPECT_THAT(windows.words, ElementsAre(2, 3, 4, 4, 2, 3));
  EXPECT_THAT(windows.positions, ElementsAre(0, 2, 3, 5, 8, 9));
  EXPECT_THAT(windows.begins, ElementsAre(0, 0, 1, 3, 4, 4));
  EXPECT_THAT(windows.ends, ElementsAre(2, 3, 3, 4, 6, 6));
}

TEST(WordWindowsTest, WidthsAreUniform) {
  constexpr int kWindow = 4, kWords = 40000;
  WindowChooser chooser(std::vector<uint64_t>{0, 0, 5}, 0, kWindow, kEnd);
  WordWindows windows;
  chooser.Choose(std::vector<int32_t>(kWords, 2), {.seed = 1}, 0, &windows);
  std::vector<double> found(kWindow + 1);
  for (int32_t i = kWindow; i < kWords - kWindow; ++i) {
    ASSERT_EQ(i - windows.begins[i], windows.ends[i] - i - 1);
    ++found[i - windows.begins[i]];
  }
  EXPECT_EQ(found[0], 0);
  for (int width = 1; width <= kWindow; ++width)
    EXPECT_NEAR(found[width] / kWords, 1.0 / kWindow, 0.01) << width;
}

TEST(WordWindowsTest, KeepProbabilityMatchesTheFormula) {
  const std::vector<uint64_t> counts = {0, 0, 900, 90, 10};
  constexpr double kSubsample = 0.02;
  WindowChooser chooser(counts, kSubsample, 5, kEnd);
  constexpr int kWords = 50000;
  for (int32_t word = 2; word < 5; ++word) {
    const double f = static_cast<double>(counts[word]) / 1000;
    const double keep = std::min(1.0, std::sqrt(kSubsample / f) + kSubsample / f);
    EXPECT_NEAR(chooser.KeepProbability(word), keep, 1e-6);
    WordWindows windows;
    chooser.Choose(std::vector<int32_t>(kWords, word), {.seed = 7, .step = 3}, 2, &windows);
    EXPECT_NEAR(static_cast<double>(windows.size()) / kWords, keep, 0.01) << word;
  }
}

TEST(WordWindowsTest, DrawsDependOnSeedStepAndRow) {
  WindowChooser chooser(std::vector<uint64_t>{0, 0, 1, 1}, 0.1, 5, kEnd);
  const std::vector<int32_t> tokens(200, 2);
  const auto choose = [&](const Pass& pass, uint32_t row) {
    WordWindows windows;
    chooser.Choose(tokens, pass, row, &windows);
    return windows.positions;
  };
  const auto positions = choose({.seed = 1, .step = 2}, 3);
  EXPECT_EQ(choose({.seed = 1, .step = 2}, 3), positions);
  EXPECT_NE(choose({.seed = 2, .step = 2}, 3), positions);
  EXPECT_NE(choose({.seed = 1, .step = 3}, 3), positions);
  EXPECT_NE(choose({.seed = 1, .step = 2}, 4), positions);
}

}  // namespace
}  // namespace elman
