#include "trainer/diagnostics/gradient_diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trainer/diagnostics/observation_bytes.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;

// A recurrence whose gradient norm at each lag is entry * rate^lag.
RecurrenceStatistics Fading(const std::string& name, double rate, int64_t steps, double entry = 1) {
  RecurrenceStatistics statistics{.name = name, .cell = Cell::kLstm};
  for (int64_t lag = 0; lag < steps; ++lag) {
    const double ratio = lag == 0 ? 1 : entry * std::pow(rate, lag);
    statistics.lags.push_back({.lag = lag, .sequences = 8, .norm = ratio, .ratio = ratio});
  }
  return statistics;
}

StepStatistics Of(std::vector<RecurrenceStatistics> recurrences) {
  StepStatistics statistics;
  statistics.recurrences = std::move(recurrences);
  return statistics;
}

std::string WordsOf(const StepStatistics& statistics, const TrainingConfig& config = {},
                    Task task = LANGUAGE_MODEL) {
  return DiagnoseGradients(statistics, task, config).words;
}

TEST(GradientDiagnosisTest, CountsTheStepsUntilTheGradientVanishes) {
  // 0.7^13 is 0.0097, below the limit of 0.01.
  const std::string words = WordsOf(Of({Fading("layer0", 0.7, 36)}));
  EXPECT_THAT(words,
              HasSubstr("vanishing: the gradient of layer0 falls to 1 % after 13 steps of 35"));
  EXPECT_THAT(words, HasSubstr("(0.70 per step)"));
  EXPECT_THAT(words, HasSubstr("model.initializer.forget_bias=1"));
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 0.9, 20)})), HasSubstr("healthy: 14 % of the gradient"));
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 0.75, 20)})),
              HasSubstr("healthy: the gradient of layer0 falls to 1 % after 17 steps of 19"));
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 1.1, 20)})),
              HasSubstr("healthy: the gradient of layer0 is 6.1 times as large 19 steps back"));
}

TEST(GradientDiagnosisTest, ExplainsModelsWithoutGradientsThroughTime) {
  TrainingConfig config;
  EXPECT_THAT(WordsOf({}, config), HasSubstr("sequences of fewer than"));
  EXPECT_THAT(WordsOf({}, config, EMBEDDING), HasSubstr("unknown: word vectors have no"));
  config.mutable_model()->mutable_fixed_window()->set_tokens(4);
  const std::string words = WordsOf({}, config);
  EXPECT_THAT(words, HasSubstr("unknown: a fixed window has no recurrent layers"));
  EXPECT_THAT(words, Not(HasSubstr("sequences")));
}

TEST(GradientDiagnosisTest, OneFarReachingLayerPerStackIsEnough) {
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 0.3, 30), Fading("layer1", 0.95, 30)})),
              HasSubstr("healthy: "));
  const std::string both = WordsOf(Of({Fading("decoder0", 0.95, 30), Fading("layer0", 0.3, 30)}));
  EXPECT_THAT(both, HasSubstr("vanishing: the gradient of layer0"));
  EXPECT_THAT(both, Not(HasSubstr("decoder0")));
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 0.95, 30), Fading("layer0.reverse", 0.3, 30)})),
              HasSubstr("vanishing: the gradient of layer0.reverse"));
}

TEST(GradientDiagnosisTest, SuggestsOnlyUnusedRemedies) {
  TrainingConfig config;
  config.mutable_model()->set_cell(ModelSpec::TANH);
  const StepStatistics vanishing = Of({Fading("layer0", 0.5, 36)});
  EXPECT_THAT(WordsOf(vanishing, config), HasSubstr("model.cell=LSTM"));
  config.mutable_model()->set_cell(ModelSpec::LSTM);
  config.mutable_model()->mutable_initializer()->set_forget_bias(1);
  config.mutable_model()->mutable_initializer()->set_orthogonal_hidden(true);
  EXPECT_THAT(WordsOf(vanishing, config), HasSubstr("forget_bias=4"));
  EXPECT_THAT(WordsOf(vanishing, config), Not(HasSubstr("orthogonal")));
  config.mutable_model()->mutable_initializer()->set_forget_bias(4);
  EXPECT_THAT(WordsOf(vanishing, config), Not(HasSubstr("forget_bias")));
  EXPECT_THAT(WordsOf(vanishing, config, CLASSIFICATION), HasSubstr("pooling=ATTENTION"));
  config.mutable_model()->mutable_translation()->set_attention(TranslationSpec::NONE);
  EXPECT_THAT(WordsOf(vanishing, config, TRANSLATION), HasSubstr("attention=GENERAL"));
}

TEST(GradientDiagnosisTest, ExplosionHasPriority) {
  StepStatistics statistics = Of({Fading("layer0", 0.5, 20), Fading("layer1", 1.5, 20)});
  const std::string words = WordsOf(statistics);
  EXPECT_THAT(words, HasSubstr("exploding: the gradient of layer1 grows 2.22e+03-fold over 19"));
  EXPECT_THAT(words, HasSubstr("optimizer.clip_norm=1"));
  TrainingConfig config;
  config.mutable_optimizer()->set_clip_norm(5);
  statistics.clip_rate = 0.25;
  EXPECT_THAT(WordsOf(statistics, config), HasSubstr("it clips 25 % of them"));
  statistics.recurrences[0].lags[4].ratio = NAN;
  EXPECT_THAT(WordsOf(statistics, config),
              HasSubstr("exploding: the gradient of layer0 is not finite"));
}

// Small gradients of a model that makes no errors are no fault; values that are not finite are one.
TEST(GradientDiagnosisTest, FindsNoFaultWithAModelThatMakesNoErrors) {
  for (const double rate : {0.5, 1.5}) {
    StepStatistics statistics = Of({Fading("layer0", rate, 20)});
    EXPECT_THAT(WordsOf(statistics), Not(HasSubstr("healthy: ")));
    statistics.solved = true;
    EXPECT_THAT(WordsOf(statistics), HasSubstr("healthy: the model predicts almost without error"));
    statistics.recurrences[0].lags[4].ratio = NAN;
    EXPECT_THAT(WordsOf(statistics), HasSubstr("exploding: "));
  }
}

TEST(VerdictNewsTest, AlternatingDiagnosesAreNotPrinted) {
  using Kind = GradientDiagnosis::Kind;
  VerdictNews news;
  EXPECT_FALSE(news.IsNews(Kind::kUnknown));
  EXPECT_TRUE(news.IsNews(Kind::kHealthy));
  for (int i = 0; i < 5; ++i) {
    for (const Kind kind : {Kind::kExploding, Kind::kExploding, Kind::kHealthy})
      EXPECT_FALSE(news.IsNews(kind));
  }
  EXPECT_FALSE(news.IsNews(Kind::kVanishing));
  EXPECT_FALSE(news.IsNews(Kind::kVanishing));
  EXPECT_TRUE(news.IsNews(Kind::kVanishing));
  EXPECT_FALSE(news.IsNews(Kind::kVanishing));
}

TEST(GradientDiagnosisTest, DistinguishesImmediateLossFromDecay) {
  const std::string words = WordsOf(Of({Fading("layer0", 0.99, 30, 0.001)}));
  EXPECT_THAT(words,
              HasSubstr("vanishing: only 0.087 % of the gradient of layer0 is left 14 steps"));
  EXPECT_THAT(words, HasSubstr("a lower optimizer.learning_rate than 1"));
  EXPECT_THAT(words, Not(HasSubstr("forget_bias")));
}

TEST(GradientDiagnosisTest, IgnoresLagsOfFewSequences) {
  RecurrenceStatistics some = Fading("layer0", 0.9, 30);
  for (size_t lag = 12; lag < 30; ++lag) {
    some.lags[lag].sequences = 0.5;
    some.lags[lag].ratio = 1e-6;
  }
  EXPECT_THAT(WordsOf(Of({some})),
              HasSubstr("healthy: 31 % of the gradient of layer0 is left after 11 steps back"));
  EXPECT_THAT(WordsOf(Of({Fading("layer0", 0.1, 4)})), HasSubstr("unknown: "));
  EXPECT_THAT(WordsOf(Of({})), HasSubstr("unknown: "));
}

TEST(GradientDiagnosisTest, AddsRemarks) {
  StepStatistics statistics = Of({Fading("layer0", 0.95, 20)});
  TrainingConfig config;
  config.mutable_optimizer()->set_clip_norm(2);
  statistics.clip_rate = 0.8;
  statistics.layers = {{"embedding", 1, 10, 0.1}, {"output", 1, 10, 3}};
  const std::string words = WordsOf(statistics, config);
  EXPECT_THAT(words, HasSubstr("optimizer.clip_norm=2 shortens 80 % of the updates"));
  EXPECT_THAT(words, HasSubstr("an update changes output by 30 % of its weights"));
  EXPECT_THAT(words, Not(HasSubstr("embedding")));
  statistics.recurrences[0].activations = {
      {.what = {"hidden", ActivationRange::kRectifier, Activation::Place::kOutput}, .low = 0.95}};
  EXPECT_THAT(WordsOf(statistics, config), HasSubstr("95 % of layer0's hidden units are always 0"));
}

TEST(StatisticsTest, TimeConstantsFollowFromTheGates) {
  RecurrenceSums sums{.name = "layer0", .cell = Cell::kGru};
  sums.rows = 10;
  sums.kept = {10 * std::exp(-1.0 / 4), 10 * std::exp(-1.0 / 2), 10, 10 * std::exp(-1.0 / 8), 0};
  const auto constants = StatisticsOf(sums).time_constants;
  ASSERT_TRUE(constants.has_value());
  EXPECT_NEAR(constants->lower, 2, 1e-9);
  EXPECT_NEAR(constants->median, 4, 1e-9);
  EXPECT_NEAR(constants->upper, 8, 1e-9);
}

TEST(StatisticsTest, LargeLagsAreThinnedOut) {
  RecurrenceSums sums{.name = "layer0"};
  for (int lag = 0; lag < 2000; ++lag) sums.lags.push_back({4, 16.0, 9.0, 25.0});
  const RecurrenceStatistics statistics = StatisticsOf(sums);
  EXPECT_LT(statistics.lags.size(), 100u);
  EXPECT_EQ(statistics.lags[32].lag, 32);
  EXPECT_EQ(statistics.lags.back().lag, 1999);
  EXPECT_EQ(statistics.lags[40].norm, 2);
  EXPECT_EQ(statistics.lags[40].cell_norm, 1.5);
  EXPECT_EQ(statistics.lags[40].ratio, 1);
}

TEST(ObservationBytesTest, ReadBackTheSame) {
  Observation observation;
  RecurrenceSums& sums = observation.Of("layer0.reverse", Cell::kGru);
  sums.lags = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  sums.kept = {0.5, 0.25};
  sums.rows = 7;
  sums.activations.resize(3);
  sums.activations[1].counts = {1, 2, 3};
  sums.activations[1].greatest = 0.75;
  observation.Of("decoder0", Cell::kTanh).rows = 3;
  const Observation read = ObservationFrom(BytesOf(observation));
  EXPECT_EQ(BytesOf(read), BytesOf(observation));
  EXPECT_EQ(read.recurrences[0].name, "layer0.reverse");
  EXPECT_EQ(read.recurrences[0].lags[1].entered, 8);
  EXPECT_EQ(read.recurrences[0].activations[1].counts[2], 3);
  EXPECT_EQ(read.recurrences[1].cell, Cell::kTanh);
}

}  // namespace
}  // namespace elman
