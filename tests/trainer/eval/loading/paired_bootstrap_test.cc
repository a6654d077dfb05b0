#include "trainer/eval/loading/paired_bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <set>

namespace elman {
namespace {

// The mean of numbers, one per example.
MetricsOfSample MeanOf(const std::vector<double>& numbers) {
  return [&numbers](std::span<const uint32_t> times) {
    double sum = 0;
    for (size_t i = 0; i < numbers.size(); ++i) sum += times[i] * numbers[i];
    return std::vector<double>{sum / static_cast<double>(numbers.size())};
  };
}

PairedDifference Differ(const std::vector<double>& first, const std::vector<double>& second,
                        int samples = 1000, uint64_t seed = 1) {
  return PairedBootstrap(first.size(), samples, seed, MeanOf(first), MeanOf(second))[0];
}

std::vector<double> Normal(int count, double mean, double deviation, uint32_t seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(mean, deviation);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = normal(engine);
  return numbers;
}

// The two-sided p-value of a normally distributed number.
double TwoSided(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

TEST(PairedBootstrapTest, MatchesManualResultsForTwoExamples) {
  // Samples have the means 1 (probability 1/4), 2 (1/2) and 3 (1/4), so none is 2 away from the
  // mean.
  const PairedDifference differs = Differ({11, 23}, {10, 20}, 999);
  EXPECT_EQ(differs.first, 17);
  EXPECT_EQ(differs.second, 15);
  EXPECT_EQ(differs.difference, 2);
  EXPECT_EQ(differs.low, 1);
  EXPECT_EQ(differs.high, 3);
  EXPECT_EQ(differs.p_value, 1.0 / 1000);
  // Means are 3, 1 and -1: half of the samples are 2 away from the mean; the difference is 1.
  const PairedDifference unclear = Differ({3, 0}, {0, 1}, 4000);
  EXPECT_EQ(unclear.difference, 1);
  EXPECT_EQ(unclear.low, -1);
  EXPECT_EQ(unclear.high, 3);
  EXPECT_NEAR(unclear.p_value, 0.5, 0.04);
}

TEST(PairedBootstrapTest, EqualModelsDoNotDiffer) {
  const std::vector<double> numbers = Normal(30, 5, 2, 1);
  const PairedDifference none = Differ(numbers, numbers);
  EXPECT_EQ(none.difference, 0);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 0);
  EXPECT_EQ(none.p_value, 1);
}

TEST(PairedBootstrapTest, MatchesTheNormalDistribution) {
  constexpr int kExamples = 500;
  for (const double mean : {0.03, 0.1, -0.12}) {
    const std::vector<double> first = Normal(kExamples, mean, 1, 3);
    const std::vector<double> second(kExamples, 0);
    const double measured = std::accumulate(first.begin(), first.end(), 0.0) / kExamples;
    double squares = 0;
    for (const double number : first) squares += (number - measured) * (number - measured);
    const double error = std::sqrt(squares) / kExamples;  // of the mean
    const PairedDifference found = Differ(first, second, 5000);
    EXPECT_NEAR(found.difference, measured, 1e-12);
    EXPECT_NEAR(found.low, measured - 1.96 * error, 0.15 * error);
    EXPECT_NEAR(found.high, measured + 1.96 * error, 0.15 * error);
    EXPECT_NEAR(found.p_value, TwoSided(measured / error), 0.02);
  }
}

// Variation between examples that both models share does not hide a small difference between them.
TEST(PairedBootstrapTest, IsPaired) {
  std::vector<double> first = Normal(100, 0, 50, 5), second = first;
  for (double& number : first) number += 0.5;
  const PairedDifference found = Differ(first, second);
  EXPECT_NEAR(found.low, 0.5, 1e-9);
  EXPECT_NEAR(found.high, 0.5, 1e-9);
  EXPECT_LT(found.p_value, 0.001);
}

// For equally good models, one in ten comparisons has a p-value below 0.1.
TEST(PairedBootstrapTest, PValuesOfEqualModelsAreUniform) {
  constexpr int kTrials = 400;
  int below_tenth = 0, below_half = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const double p = Differ(Normal(100, 0, 1, 2 * trial), Normal(100, 0, 1, 2 * trial + 1), 200,
                            static_cast<uint64_t>(trial))
                         .p_value;
    below_tenth += p < 0.1;
    below_half += p < 0.5;
  }
  EXPECT_NEAR(below_tenth, 0.1 * kTrials, 20);  // three standard deviations: 18
  EXPECT_NEAR(below_half, 0.5 * kTrials, 33);   // 30
}

TEST(PairedBootstrapTest, SampleSizeIsConstantAndSeedsAreReproducible) {
  constexpr int kExamples = 5000;
  std::set<std::vector<uint32_t>> seen;
  std::vector<uint64_t> chosen(kExamples);
  const MetricsOfSample watch = [&](std::span<const uint32_t> times) {
    EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0), kExamples);
    for (int i = 0; i < kExamples; ++i) chosen[i] += times[i];
    seen.insert({times.begin(), times.end()});
    return std::vector<double>{0};
  };
  PairedBootstrap(kExamples, 50, 7, watch, watch);
  EXPECT_EQ(seen.size(), 51u);
  PairedBootstrap(kExamples, 50, 7, watch, watch);
  EXPECT_EQ(seen.size(), 51u);
  PairedBootstrap(kExamples, 50, 8, watch, watch);
  EXPECT_EQ(seen.size(), 101u);
  for (const uint64_t count : chosen) EXPECT_GT(count, 150u);  // of 306 expected
}

}  // namespace
}  // namespace elman
