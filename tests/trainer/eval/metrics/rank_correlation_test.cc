#include "trainer/eval/metrics/rank_correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace elman {
namespace {

using testing::ElementsAre;

using Values = std::vector<double>;

TEST(RankCorrelationTest, EqualValuesHaveTheMeanOfTheirRanks) {
  EXPECT_THAT(MeanRanks(Values{30, 10, 20, 10, 10}), ElementsAre(5, 2, 4, 2, 2));
  EXPECT_THAT(MeanRanks(Values{}), ElementsAre());
}

// The third case is the example in SciPy's documentation of spearmanr.
TEST(RankCorrelationTest, MatchesSpearmansRho) {
  EXPECT_NEAR(RankCorrelation(Values{1, 2, 3, 4}, Values{10, 100, 1000, 1e9}), 1, 1e-12);
  EXPECT_NEAR(RankCorrelation(Values{1, 2, 3, 4}, Values{4, 3, 2, 1}), -1, 1e-12);
  EXPECT_NEAR(RankCorrelation(Values{1, 2, 3, 4, 5}, Values{5, 6, 7, 8, 7}), 0.8207826816681233,
              1e-12);
  EXPECT_NEAR(RankCorrelation(Values{1, 1, 2, 3, 3, 3}, Values{2, 1, 3, 3, 1, 5}),
              0.42905816516051654, 1e-12);
  EXPECT_TRUE(std::isnan(RankCorrelation(Values{1, 1}, Values{1, 2})));
  EXPECT_TRUE(std::isnan(RankCorrelation(Values{}, Values{})));
}

}  // namespace
}  // namespace elman
