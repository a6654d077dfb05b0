#include "trainer/validation/best.h"

#include <gtest/gtest.h>

#include <limits>

namespace elman {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool Beats(EvaluationSpec::Select select, const Evaluation& evaluation, double best_loss,
           double best_score) {
  EvaluationSpec spec;
  spec.set_select(select);
  Progress progress;
  progress.set_has_best(true);
  progress.set_best_loss(best_loss);
  progress.set_best_score(best_score);
  return IsBest(spec, evaluation, progress);
}

TEST(IsBest, FirstFiniteResult) {
  EvaluationSpec spec;
  EXPECT_TRUE(IsBest(spec, {.loss = 5, .score = 0}, Progress()));
  EXPECT_FALSE(IsBest(spec, {.loss = kNan, .score = 0}, Progress()));
  EXPECT_FALSE(IsBest(spec, {.loss = kInfinity, .score = 0}, Progress()));
  spec.set_select(EvaluationSpec::SCORE);
  EXPECT_FALSE(IsBest(spec, {.loss = kNan, .score = 0.5}, Progress()));
  EXPECT_FALSE(IsBest(spec, {.loss = 1, .score = kNan}, Progress()));
}

TEST(IsBest, LossPrefersTheLowerLoss) {
  EXPECT_TRUE(Beats(EvaluationSpec::LOSS, {.loss = 1.5, .score = 0}, 2, 1));
  EXPECT_FALSE(Beats(EvaluationSpec::LOSS, {.loss = 2, .score = 1}, 2, 0)) << "the earlier stays";
  EXPECT_FALSE(Beats(EvaluationSpec::LOSS, {.loss = kNan, .score = 1}, 2, 0));
  EXPECT_TRUE(Beats(EvaluationSpec::LOSS, {.loss = 9, .score = 0}, kNan, 0))
      << "as versions before could have it";
}

TEST(IsBest, ScorePrefersTheHigherScoreThenTheLowerLoss) {
  EXPECT_TRUE(Beats(EvaluationSpec::SCORE, {.loss = 3, .score = 0.6}, 2, 0.5));
  EXPECT_FALSE(Beats(EvaluationSpec::SCORE, {.loss = 1, .score = 0.4}, 2, 0.5));
  EXPECT_TRUE(Beats(EvaluationSpec::SCORE, {.loss = 1, .score = 0.5}, 2, 0.5));
  EXPECT_FALSE(Beats(EvaluationSpec::SCORE, {.loss = 2, .score = 0.5}, 2, 0.5));
  EXPECT_FALSE(Beats(EvaluationSpec::SCORE, {.loss = kNan, .score = 0.5}, 2, 0.5));
  EXPECT_TRUE(Beats(EvaluationSpec::SCORE, {.loss = 2, .score = 0.5}, kInfinity, 0.5));
  EXPECT_FALSE(Beats(EvaluationSpec::SCORE, {.loss = 1, .score = kNan}, 2, 0.5));
}

}  // namespace
}  // namespace elman
