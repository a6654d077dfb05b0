#include "trainer/eval/ngrams/kneser_ney.h"

#include <cmath>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

TEST(DiscountsTest, FollowFromTheCountsOfCounts) {
  // Y = 4 / (4 + 2 * 2) = 1/2.
  const Discounts discounts = DiscountsOf({0, 4, 2, 1, 1});
  EXPECT_FALSE(discounts.fallback);
  EXPECT_DOUBLE_EQ(discounts.Of(0), 0);
  EXPECT_DOUBLE_EQ(discounts.Of(1), 1 - 2 * 0.5 * 2 / 4);
  EXPECT_DOUBLE_EQ(discounts.Of(2), 2 - 3 * 0.5 * 1 / 2);
  EXPECT_DOUBLE_EQ(discounts.Of(3), 3 - 4 * 0.5 * 1 / 1);
  EXPECT_EQ(discounts.Of(1000), discounts.Of(3));
}

TEST(DiscountsTest, FallBackToDefaults) {
  // No n-gram with the count 3; a negative discount; no n-gram at all.
  for (const CountsOfCounts& counts :
       {CountsOfCounts{0, 4, 2, 0, 1}, CountsOfCounts{0, 1, 9, 1, 100}, CountsOfCounts{}}) {
    const Discounts discounts = DiscountsOf(counts);
    EXPECT_TRUE(discounts.fallback);
    EXPECT_THAT(discounts.of, ElementsAre(0, 0.5, 1, 1.5));
  }
}

// p(w) = (a(w) - D) / 10 + (0.5 + 1 + 1.5) / 10 / 4 for <unk> (unseen), </s>, a and b.
TEST(InterpolateTest, UnigramsShareTheDiscountedProbability) {
  const Scratch scratch;
  const Vocabulary vocabulary = *Vocabulary::Create({{"<unk>"}, {"</s>"}, {"a"}, {"b"}});
  AdjustedCounts counts;
  counts.unigrams = {0, 7, 2, 1, 0, 0};
  const Discounts discounts{.of = {0, 0.5, 1, 1.5}};
  const auto model = Interpolate(counts, {discounts}, vocabulary, {.folder = scratch.path()});
  ASSERT_THAT(model, IsOk());
  ASSERT_EQ(model->unigrams.size(), vocabulary.size());
  EXPECT_TRUE(model->orders.empty());
  const double expected[] = {0.075, 0.55 + 0.075, 0.1 + 0.075, 0.05 + 0.075};
  for (int token = 0; token < 4; ++token)
    EXPECT_NEAR(std::pow(10, model->unigrams[token]), expected[token], 1e-6) << token;
  EXPECT_EQ(model->unigrams[vocabulary.start_id()], -99);
  EXPECT_EQ(model->unigrams[vocabulary.pad_id()], -99);
}

}  // namespace
}  // namespace elman
