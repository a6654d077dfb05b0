#include "trainer/diagnostics/gradient_microscope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/gradient_check.h"
#include "trainer/comm/thread_group.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class GradientMicroscopeTest : public testing::Test {
 protected:
  GradientMicroscopeTest() {
    config_.mutable_diagnostics()->set_every_steps(5);
    config_.mutable_optimizer()->set_clip_norm(1);
    table_.Add("layer0.weights", 2, kSumBlock, Initializer(), /*decay=*/true);
    table_.Add("layer0.bias", 1, kSumBlock, Initializer(), /*decay=*/false);
    gradients_ = RandomFloats(table_.size(), 1);
    before_ = RandomFloats(table_.size(), 2);
    after_ = RandomFloats(table_.size(), 3);
  }

  // Makes the observations of a lane.
  static void Observe(int lane, Observation* observation) {
    RecurrenceSums& sums = observation->Of("layer0", Cell::kLstm);
    sums.lags = {{.sequences = 2, .h = 8, .entered = 8},
                 {.sequences = 1, .h = 1.0 + lane, .entered = 4}};
    sums.rows = 3;
  }

  // Diagnoses a step with two lanes on the given number of ranks.
  StepDiagnosis Diagnosed(int ranks, bool updated = true, int64_t updates = 8) {
    StepDiagnosis result;
    RunThreadGroup(ranks, [&](Communicator* communicator) {
      const int rank = communicator->rank(), lanes = 2 / ranks;
      const int64_t blocks = table_.size() / kSumBlock;
      const int64_t begin = rank * blocks / ranks * kSumBlock;
      const int64_t end =
          rank + 1 == ranks ? table_.size() : (rank + 1) * blocks / ranks * kSumBlock;
      GradientMicroscope microscope(communicator, &table_, rank * lanes, lanes, begin, end,
                                    LANGUAGE_MODEL, config_);
      microscope.Begin();
      for (int lane = 0; lane < lanes; ++lane) Observe(rank * lanes + lane, microscope.lane(lane));
      const auto slice = [&](const std::vector<float>& all) {
        return std::span(all).subspan(begin, end - begin);
      };
      microscope.LookAtGradients(slice(gradients_), /*scale=*/0.5, slice(before_));
      if (updated) microscope.LookAtUpdate(slice(after_));
      auto diagnosis = microscope.Diagnose(/*step=*/5, /*epoch=*/2, updates, /*clipped=*/2);
      EXPECT_EQ(diagnosis.has_value(), rank == 0);
      if (diagnosis) result = *std::move(diagnosis);
    });
    return result;
  }

  // Returns the Euclidean norm of a - b over a parameter; b may be empty.
  double Norm(int parameter, const std::vector<float>& a, const std::vector<float>& b = {}) const {
    const Parameter& of = table_.parameters()[parameter];
    double sum = 0;
    for (int64_t i = of.offset; i < of.offset + of.size(); ++i)
      sum += std::pow(double{a[i]} - (b.empty() ? 0 : b[i]), 2);
    return std::sqrt(sum);
  }

  TrainingConfig config_;
  ParameterTable table_;
  std::vector<float> gradients_, before_, after_;
};

TEST_F(GradientMicroscopeTest, IsDueEveryFewSteps) {
  RunThreadGroup(1, [&](Communicator* communicator) {
    const auto due = [&](int64_t step) {
      return GradientMicroscope(communicator, &table_, 0, 1, 0, table_.size(), LANGUAGE_MODEL,
                                config_)
          .IsDue(step);
    };
    EXPECT_FALSE(due(1));
    EXPECT_TRUE(due(5));
    EXPECT_FALSE(due(6));
    EXPECT_TRUE(due(10));
    config_.mutable_diagnostics()->set_every_steps(0);
    EXPECT_FALSE(due(5));
  });
}

TEST_F(GradientMicroscopeTest, MeasuresGradientsValuesAndUpdates) {
  const StepStatistics statistics = Diagnosed(1).statistics;
  EXPECT_EQ(statistics.step, 5);
  EXPECT_EQ(statistics.epoch, 2);
  EXPECT_TRUE(statistics.updated);
  EXPECT_EQ(statistics.clip_rate, 0.25);
  ASSERT_EQ(statistics.parameters.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const ParameterStatistics& parameter = statistics.parameters[i];
    EXPECT_EQ(parameter.name, table_.parameters()[i].name);
    EXPECT_NEAR(parameter.gradient, 0.5 * Norm(i, gradients_), 1e-9 * parameter.gradient);
    EXPECT_NEAR(parameter.value, Norm(i, before_), 1e-9 * parameter.value);
    EXPECT_NEAR(parameter.update, Norm(i, after_, before_), 1e-6 * parameter.update);
  }
  ASSERT_EQ(statistics.layers.size(), 1u);
  EXPECT_NEAR(statistics.layers[0].gradient,
              std::hypot(statistics.parameters[0].gradient, statistics.parameters[1].gradient),
              1e-9);
}

TEST_F(GradientMicroscopeTest, AddsUpTheLanes) {
  const StepStatistics statistics = Diagnosed(1).statistics;
  ASSERT_EQ(statistics.recurrences.size(), 1u);
  ASSERT_EQ(statistics.recurrences[0].lags.size(), 2u);
  const LagStatistics& lag = statistics.recurrences[0].lags[1];
  EXPECT_EQ(lag.sequences, 2);
  EXPECT_DOUBLE_EQ(lag.norm, std::sqrt((1.0 + 2.0) / 2));
}

// Two ranks have one lane and a part of the parameters each.
TEST_F(GradientMicroscopeTest, ResultsDoNotDependOnTheNumberOfRanks) {
  const StepStatistics one = Diagnosed(1).statistics, two = Diagnosed(2).statistics;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(one.parameters[i].gradient, two.parameters[i].gradient);
    EXPECT_EQ(one.parameters[i].value, two.parameters[i].value);
    EXPECT_EQ(one.parameters[i].update, two.parameters[i].update);
  }
  ASSERT_EQ(two.recurrences.size(), 1u);
  EXPECT_EQ(one.recurrences[0].lags[1].norm, two.recurrences[0].lags[1].norm);
}

TEST_F(GradientMicroscopeTest, ExplainsMissingResults) {
  EXPECT_THAT(Diagnosed(1).statistics.missing, Not(Contains(HasSubstr("no update"))));
  const StepStatistics diverged = Diagnosed(1, /*updated=*/false, /*updates=*/0).statistics;
  EXPECT_FALSE(diverged.updated);
  EXPECT_FALSE(diverged.clip_rate.has_value());
  EXPECT_THAT(diverged.missing, Contains("the step diverged, so there was no update"));
  EXPECT_THAT(diverged.missing,
              Contains("no update since the last diagnosis, so there is no clipping rate"));
  config_.mutable_optimizer()->set_clip_norm(0);
  EXPECT_THAT(Diagnosed(1).statistics.missing, Contains(HasSubstr("optimizer.clip_norm is 0")));
}

}  // namespace
}  // namespace elman
