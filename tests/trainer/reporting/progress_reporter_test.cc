// What a run reports about its own results.
#include "trainer/reporting/progress_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "data/shards/dataset.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"
#include "trainer/config/run_config.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ProgressReporterTest : public testing::Test {
 protected:
  static constexpr uint32_t kWords = 26;

  // Starts a run of a task whose data set has no validation split.
  void Begin(Task task, double peak, const std::vector<std::string>& overrides = {}) {
    reporter_.reset();
    directory_.reset();
    data_.emplace();
    run_.emplace();
    WriteMadeDataset(data_->path(), task, {RandomTaskExamples(task, 20, 8, kWords)}, kWords);
    dataset_ = *Dataset::Open(data_->path());
    directory_ = *RunDirectory::Open(run_->path());
    auto reporter = ProgressReporter::Create(directory_.get(), task,
                                             *ParseRunConfig("", "test", overrides), Progress(),
                                             /*total_steps=*/100, peak, &clock_);
    ASSERT_THAT(reporter, IsOk());
    reporter_ = *std::move(reporter);
  }

  // Reports a step that ends an interval, with this loss per target.
  void Step(double loss, int64_t multiplications = 0) {
    reporter_->Step({.step = ++step_,
                     .targets = 10,
                     .loss = loss,
                     .multiplications = multiplications,
                     .interval_loss = 10 * loss,
                     .interval_targets = 10,
                     .ends_interval = true});
  }

  int Events(const std::string& what) {
    const std::string metrics = run_->Read("metrics.jsonl");
    int count = 0;
    for (size_t at = 0; (at = metrics.find("\"event\": \"" + what + "\"", at)) != std::string::npos;
         ++at)
      ++count;
    return count;
  }

  PhaseClock clock_;
  std::optional<Scratch> data_, run_;
  std::shared_ptr<const Dataset> dataset_;
  std::unique_ptr<RunDirectory> directory_;
  std::unique_ptr<ProgressReporter> reporter_;
  int64_t step_ = 0;
};

TEST_F(ProgressReporterTest, ExplainsAnMfuAboveOneOncePerPeak) {
  Begin(LANGUAGE_MODEL, /*peak=*/1e-3);
  Step(3, 1'000'000'000);
  Step(3, 1'000'000'000);
  EXPECT_EQ(Events("mfu_above_1"), 1);
  reporter_->PeakMeasured(1e-3, 0.01);
  Step(3, 1'000'000'000);
  EXPECT_EQ(Events("mfu_above_1"), 1) << "not measured again";
  reporter_->PeakMeasured(2e-3, 0.01);
  Step(3, 1'000'000'000);
  EXPECT_EQ(Events("mfu_above_1"), 2);
  reporter_->PeakMeasured(1e30, 0.01);
  Step(3);  // the interval starts with the old peak
  Step(3, 1'000'000'000);
  EXPECT_EQ(Events("mfu_above_1"), 2);
}

TEST_F(ProgressReporterTest, RefusesARunThatIsWorseThanGuessing) {
  const double guessing = std::log(static_cast<double>(kWords));
  for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
    SCOPED_TRACE(Task_Name(task));
    for (const double loss : {122.0, guessing + 0.2, std::nan(""), guessing + 0.05, 1.0}) {
      Begin(task, /*peak=*/0);
      Step(loss);
      reporter_->FinishTraining();
      EXPECT_EQ(reporter_->ReportResults(Progress(), *dataset_).ok(), loss <= guessing + 0.1)
          << loss;
      EXPECT_EQ(Events("worse_than_guessing"), !(loss <= guessing + 0.1)) << loss;
    }
  }
}

// The loss of language models and translators is their score, and that of ordinal models a sum of
// decisions between two.
TEST_F(ProgressReporterTest, ComparesWithGuessingByTheLossOfTheTask) {
  for (const Task task : {LANGUAGE_MODEL, TRANSLATION}) {
    Begin(task, /*peak=*/0, {"evaluation.select=SCORE"});
    Step(50);
    EXPECT_FALSE(reporter_->ReportResults(Progress(), *dataset_).ok()) << Task_Name(task);
  }
  for (const double loss : {std::log(2.0) * (kWords - 1), std::log(2.0) * (kWords - 1) + 0.2}) {
    Begin(CLASSIFICATION, /*peak=*/0, {"model.classification.output=ORDINAL"});
    Step(loss);
    EXPECT_EQ(reporter_->ReportResults(Progress(), *dataset_).ok(), loss < 17.4) << loss;
  }
}

TEST_F(ProgressReporterTest, RemarksOnNetworksThatDependOnALongCarriedState) {
  const auto remarked = [&](int64_t epoch, double loss, const std::vector<std::string>& overrides) {
    Begin(LANGUAGE_MODEL, /*peak=*/0, overrides);
    Step(2);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    reporter_->Validated(step_, epoch, {.loss = loss}, /*best=*/true, /*seconds=*/0);
    const std::string reported =
        testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
    return reported.find("model.initial_state.reset_probability=0.01") != std::string::npos;
  };
  EXPECT_TRUE(remarked(1, 2.6, {}));
  EXPECT_FALSE(remarked(1, 2.4, {}));
  EXPECT_FALSE(remarked(2, 2.6, {})) << "it may have memorized the training text";
  EXPECT_FALSE(remarked(1, 2.6, {"model.initial_state.reset_probability=0.01"}));
  EXPECT_FALSE(remarked(1, 2.6, {"model.initial_state.text=LINE"}));
}

// Each sample is one line that fits the terminal, after the line about the validation.
TEST_F(ProgressReporterTest, PrintsAFewSamplesAtValidations) {
  const auto printed = [&](Task task, const std::vector<Sample>& samples) {
    Begin(task, /*peak=*/0);
    Step(2);
    testing::internal::CaptureStderr();
    reporter_->Samples(step_, samples, /*best=*/true);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    testing::internal::CaptureStderr();
    reporter_->Validated(step_, 1, {.loss = 1}, /*best=*/true, /*seconds=*/0);
    reporter_->Validated(step_, 1, {.loss = 1}, /*best=*/false, /*seconds=*/0);
    const std::string text = testing::internal::GetCapturedStderr();
    const size_t begin = text.find('\n') + 1;
    return text.substr(begin, text.find("epoch", begin) - begin);
  };
  EXPECT_EQ(printed(LANGUAGE_MODEL, {{"the king", " of France", " is\nold"}}),
            "  sample: the king -> is / old\n");
  EXPECT_EQ(printed(CLASSIFICATION, {{"bad", "neg", "pos"}, {"good", "pos", "pos"}}),
            "  sample: bad -> pos (label: neg)\n  sample: good -> pos\n");
  EXPECT_EQ(printed(TAGGING, {{"to Rome", "to/O Rome/city", "to/O Rome/O"}}),
            "  sample: to/O Rome/O\n");
  const std::string longs(300, 'a');
  const std::string three =
      printed(TRANSLATION, {{longs, "x", longs}, {longs, "x", "b"}, {"left out", "x", "y"}});
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(three, '\n')))
    EXPECT_LT(line.size(), 80u) << line;
  EXPECT_THAT(three, HasSubstr("aaa... -> aaa"));
  EXPECT_THAT(three, HasSubstr("aaa... -> b\n"));
  EXPECT_EQ(std::ranges::count(three, '\n'), 2);
}

TEST_F(ProgressReporterTest, RecordsAdvice) {
  Begin(LANGUAGE_MODEL, /*peak=*/0);
  Step(1);
  Step(3);
  EXPECT_THAT(run_->Read("metrics.jsonl"), HasSubstr("the training loss rises"));
  EXPECT_EQ(Events(kAdvice), 1);
}

TEST_F(ProgressReporterTest, AcceptsRunsSelectedByScoreAndWordVectors) {
  Begin(CLASSIFICATION, /*peak=*/0, {"evaluation.select=SCORE"});
  Step(5);
  EXPECT_TRUE(reporter_->ReportResults(Progress(), *dataset_).ok());
  EXPECT_EQ(Events("worse_than_guessing"), 0);
  Begin(EMBEDDING, /*peak=*/0);
  Step(50);
  EXPECT_TRUE(reporter_->ReportResults(Progress(), *dataset_).ok());
  EXPECT_EQ(Events("worse_than_guessing"), 0);
}

// What the report draws is recorded once per best validation, and in a bounded size.
TEST_F(ProgressReporterTest, RecordsWhatTheReportDrawsOfTheBestValidation) {
  Begin(TAGGING, /*peak=*/0);
  Step(2);
  Evaluation evaluation{.loss = 1};
  MetricTable table{"by_label", {{"f1"}, {"present", 0, "", false, true}}, {}, "per_label"};
  for (int i = 0; i < 100; ++i) table.rows.push_back({std::to_string(i), {0.5, i * 1.0}});
  evaluation.tables.push_back(table);
  evaluation.confusion = {{"a", "b"}, {1, 2, 3, 4}, 5};
  const std::vector<Sample> samples = {{.input = "a",
                                        .expected = "b",
                                        .output = "c",
                                        .tokens = {"a", "b"},
                                        .surprisal = {1.23456, 2},
                                        .output_tokens = {"c"},
                                        .attention = {{0.25f, 0.75f}}}};
  reporter_->Samples(step_, samples, /*best=*/false);
  reporter_->Validated(step_, 1, evaluation, /*best=*/false, /*seconds=*/0);
  EXPECT_THAT(run_->Read("metrics.jsonl"),
              AllOf(testing::Not(HasSubstr("labels")), testing::Not(HasSubstr("surprisal"))));
  reporter_->Samples(step_, samples, /*best=*/true);
  reporter_->Validated(step_, 1, evaluation, /*best=*/true, /*seconds=*/0);
  const std::string metrics = run_->Read("metrics.jsonl");
  EXPECT_THAT(metrics, AllOf(HasSubstr(R"("tokens": ["a", "b"], "surprisal": [1.235, 2])"),
                             HasSubstr(R"("output_tokens": ["c"], "attention": [0.25, 0.75])"),
                             HasSubstr(R"("confused": ["a", "b"], "confusion": [1, 2, 3, 4])"),
                             HasSubstr(R"("labels": ["99", "98", )"), HasSubstr(R"("71", "70"], )"),
                             HasSubstr(R"("left_out": 70, )")));
}

TEST_F(ProgressReporterTest, ErrorContainsARemedy) {
  Begin(LANGUAGE_MODEL, /*peak=*/0);
  Step(122);
  const auto reported = AllOf(HasSubstr("the training loss is 122 nats per target"),
                              HasSubstr("a uniform guess among 26 outcomes"),
                              HasSubstr("Lower optimizer.learning_rate"));
  EXPECT_THAT(reporter_->ReportResults(Progress(), *dataset_).message(), reported);
  EXPECT_THAT(run_->Read("metrics.jsonl"), reported);
}

}  // namespace
}  // namespace elman
