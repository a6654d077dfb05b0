// Training runs with gradient diagnostics: they do not change the training, give the same results
// on any number of ranks, and distinguish vanishing, exploding and healthy gradients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/variants.h"
#include "tests/trainer/loop/made_run.h"
#include "tests/trainer/record/log/event_files.h"
#include "trainer/network/cells/activations.h"
#include "trainer/record/report/diagnostics_section.h"

namespace elman {
namespace {

using testing::Contains;
using testing::HasSubstr;

class DiagnosedRunTest : public MadeRun {
 protected:
  std::vector<std::string> Diagnoses(const std::string& output) {
    return LinesOfKind("diagnostics", output);
  }

  // Returns the last diagnostics line of a run of one rank with these overrides.
  RecordedLine LastOf(const std::string& name, std::vector<std::string> overrides, int64_t steps) {
    overrides_ = std::move(overrides);
    overrides_.push_back("diagnostics.every_steps=" + std::to_string(steps));
    Run(1, name, steps);
    const std::vector<std::string> lines = Diagnoses(name);
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? RecordedLine() : *ParseRecordedLine(lines.back());
  }

  // Returns the histograms of a run by tag, at the last step of each tag.
  std::map<std::string, HistogramProto> Histograms(const std::string& output) {
    std::map<std::string, HistogramProto> histograms;
    for (const Event& event : EventsIn(scratch_.Path(output + "/tensorboard"))) {
      for (const auto& value : event.summary().value()) {
        if (value.has_histo()) histograms[value.tag()] = value.histo();
      }
    }
    return histograms;
  }
};

TEST_F(DiagnosedRunTest, SameOnAnyNumberOfRanks) {
  overrides_ = {"diagnostics.every_steps=3", "micro_batches=2", "optimizer.clip_norm=0.05"};
  const std::string hash = Run(1, "one", 7);
  const std::vector<std::string> lines = Diagnoses("one");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0], lines[1]);
  const auto histograms = Histograms("one");
  for (const std::vector<int>& nodes :
       {std::vector<int>{0, 0}, {0, 0, 0}, {0, 1, 1}, {0, 1, 2, 2}}) {
    nodes_ = nodes;
    const std::string name = testing::PrintToString(nodes);
    EXPECT_EQ(Run(static_cast<int>(nodes.size()), name, 7), hash);
    EXPECT_EQ(Diagnoses(name), lines) << name;
    for (const auto& [tag, histogram] : Histograms(name)) {
      EXPECT_EQ(histogram.SerializeAsString(), histograms.at(tag).SerializeAsString()) << tag;
    }
  }
  const RecordedLine first = *ParseRecordedLine(lines[0]);
  EXPECT_EQ(first.Number("clip_rate"), 1);
  EXPECT_EQ(first.lists.at("lags.layer0.lag").size(), 5u);
  EXPECT_EQ(first.lists.at("lags.layer0.sequences")[4], 12);  // from both batches of the step
  EXPECT_GT(*first.Number("parameters.layer1.hidden_weights.update_ratio"), 0);
  EXPECT_GT(*first.Number("time_constants.layer0.median"), 0);
}

// The norms of the parameters add up to that of the train line.
TEST_F(DiagnosedRunTest, ParameterNormsAddUp) {
  overrides_ = {"diagnostics.every_steps=4", "logging.every_steps=4"};
  Run(3, "run", 4);
  const RunRecord record = *RunRecord::Read(scratch_.Path("run/metrics.jsonl"));
  const RecordedLine& line = *LastDiagnosis(record);
  double squares = 0, by_layer = 0;
  for (const auto& [key, norm] : line.numbers) {
    if (!key.ends_with(".gradient")) continue;
    (key.starts_with("parameters.") ? squares : by_layer) += norm * norm;
  }
  const double whole = record.Points("train", "gradient_norm").back().value;
  EXPECT_NEAR(std::sqrt(squares), whole, 1e-9 * whole);
  EXPECT_NEAR(by_layer, squares, 1e-9 * squares);
  const auto histograms = Histograms("run");
  const HistogramProto& hidden = histograms.at("gradients/layer0.hidden_weights");
  EXPECT_EQ(hidden.num(), 9 * 4 * 9);
  EXPECT_NEAR(std::sqrt(hidden.sum_squares()),
              *line.Number("parameters.layer0.hidden_weights.gradient"), 1e-12);
  EXPECT_LT(hidden.min(), 0);
  EXPECT_GT(hidden.max(), 0);
  ASSERT_EQ(hidden.bucket_size(), hidden.bucket_limit_size());
  double counted = 0;
  for (const double count : hidden.bucket()) counted += count;
  EXPECT_EQ(counted, hidden.num());
  EXPECT_GE(hidden.bucket_limit(hidden.bucket_size() - 1), hidden.max());
  EXPECT_LE(hidden.bucket_limit(0), hidden.min());
  EXPECT_EQ(histograms.at("gates/layer1.forget").num(), 6 * 5 * 9);
}

class DiagnosedCellTest : public DiagnosedRunTest,
                          public testing::WithParamInterface<ModelSpec::Cell> {};

TEST_P(DiagnosedCellTest, HasTimeConstantsIfGatesKeepState) {
  overrides_ = {"model.cell=" + VariantName(GetParam()), "diagnostics.every_steps=1",
                "model.initial_state.reset_probability=0.2"};
  Run(2, "diagnosed", 6);
  const std::vector<std::string> lines = Diagnoses("diagnosed");
  ASSERT_EQ(lines.size(), 6u);
  const RecordedLine line = *ParseRecordedLine(lines[5]);
  const bool gates = std::ranges::any_of(ActivationsOf(LayerCell(GetParam())),
                                         [](const Activation& a) { return a.keeps_state; });
  EXPECT_EQ(line.Number("time_constants.layer0.median").has_value(), gates);
  EXPECT_EQ(absl::StrContains(line.texts.at("missing"), "no gates"), !gates);
}

INSTANTIATE_TEST_SUITE_P(Cells, DiagnosedCellTest, testing::ValuesIn(Variants<ModelSpec::Cell>()),
                         [](const auto& info) { return VariantName(info.param); });

TEST_F(DiagnosedRunTest, SameAfterAResume) {
  overrides_ = {"diagnostics.every_steps=5", "optimizer.clip_norm=0.2"};
  Run(2, "straight", 0);
  const std::vector<std::string> expected = Diagnoses("straight");
  ASSERT_EQ(expected.size(), 4u);
  for (const int64_t steps : {3, 5, 12}) {
    const std::string name = "part" + std::to_string(steps);
    Run(3, name, steps);
    Run(1, name, 0, true, Latest(name));
    EXPECT_EQ(Diagnoses(name), expected) << steps;
  }
}

TEST_F(DiagnosedRunTest, DetectsAVanishingGradient) {
  const RecordedLine line = LastOf(
      "vanishing", {"model.cell=TANH", "model.initializer.range=0.1", "sequence_length=20"}, 1);
  EXPECT_EQ(line.texts.at("verdict"), "vanishing");
  EXPECT_THAT(line.texts.at("words"), HasSubstr("falls to 1 % after"));
  EXPECT_THAT(line.texts.at("words"), HasSubstr("model.cell=LSTM"));
  const std::vector<double>& ratio = line.lists.at("lags.layer1.ratio");
  EXPECT_EQ(ratio[0], 1);
  EXPECT_LT(ratio[10], 0.01);
}

TEST_F(DiagnosedRunTest, DetectsAnExplodingGradient) {
  const RecordedLine line =
      LastOf("exploding",
             {"model.cell=RELU", "model.initializer.range=1", "model.dropout=0",
              "sequence_length=12", "optimizer.clip_norm=0"},
             1);
  EXPECT_EQ(line.texts.at("verdict"), "exploding");
  EXPECT_THAT(line.texts.at("words"), HasSubstr("optimizer.clip_norm=1"));
  EXPECT_THAT(line.texts.at("missing"), HasSubstr("optimizer.clip_norm is 0"));
  EXPECT_FALSE(line.Number("clip_rate").has_value());
}

TEST_F(DiagnosedRunTest, DetectsAHealthyGradient) {
  const RecordedLine line = LastOf(
      "healthy", {"model.initializer.forget_bias=3", "sequence_length=12", "max_epochs=9"}, 10);
  EXPECT_EQ(line.texts.at("verdict"), "healthy");
  EXPECT_THAT(line.texts.at("words"), HasSubstr("is left after 11 steps back"));
  EXPECT_GT(*line.Number("time_constants.layer0.median"), 10);
  EXPECT_LT(*line.Number("time_constants.layer0.median"), 30);  // -1 / log(sigmoid(3)) is 20.6
}

// A step that is undone has no update; gradients that are not finite are reported.
TEST_F(DiagnosedRunTest, ReportsADivergedStep) {
  const RecordedLine line = LastOf("diverged", {"divergence.max_gradient_norm=1e-9"}, 1);
  EXPECT_THAT(line.texts.at("missing"), HasSubstr("the step diverged, so there was no update"));
  EXPECT_THAT(line.texts.at("missing"), HasSubstr("no update since the last diagnosis"));
  EXPECT_FALSE(line.Number("layers.layer0.update").has_value());
  EXPECT_GT(*line.Number("layers.layer0.gradient"), 0);
}

}  // namespace
}  // namespace elman
