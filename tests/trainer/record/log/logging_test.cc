#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/io/read_file.h"
#include "tests/support/scratch.h"
#include "tests/trainer/record/log/event_files.h"
#include "trainer/record/log/metrics_log.h"
#include "trainer/record/log/prometheus_file.h"
#include "trainer/record/log/recorded_step.h"
#include "trainer/record/log/run_record.h"
#include "trainer/record/log/tensorboard_writer.h"
#include "trainer/record/report/next_commands.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

JsonObject Line(int64_t step, const std::string& kind = "valid") {
  return JsonObject().Add("kind", kind).Add("step", step);
}

TEST(MetricsLogTest, AppendsAfterRemovingLaterLines) {
  Scratch folder;
  const std::string path = folder.Path("metrics.jsonl");
  {
    const auto log = *MetricsLog::Open(path, 0, 0);
    for (const int64_t step : {10, 20, 30}) ASSERT_TRUE(log->Write(Line(step)).ok());
  }
  ASSERT_TRUE(AppendFile::Open(path)
                  .value()
                  ->Append("{\"kind\": \"valid\", \"st")
                  .ok());  // a kill within a line
  ASSERT_TRUE((*MetricsLog::Open(path, 20, 20))->Write(Line(25)).ok());
  EXPECT_EQ(*ReadFile(path, 1000),
            "{\"kind\": \"valid\", \"step\": 10}\n{\"kind\": \"valid\", \"step\": 20}\n"
            "{\"kind\": \"valid\", \"step\": 25}\n");
}

TEST(MetricsLogTest, RemovesTrainLinesByTheirOwnStep) {
  Scratch folder;
  const std::string path = folder.Path("metrics.jsonl");
  {
    const auto log = *MetricsLog::Open(path, 0, 0);
    for (const int64_t step : {10, 17}) {
      for (const char* kind : {"train", "valid"}) ASSERT_TRUE(log->Write(Line(step, kind)).ok());
    }
  }
  ASSERT_THAT(MetricsLog::Open(path, 17, 10), IsOk());
  EXPECT_EQ(*ReadFile(path, 1000),
            "{\"kind\": \"train\", \"step\": 10}\n{\"kind\": \"valid\", \"step\": 10}\n"
            "{\"kind\": \"valid\", \"step\": 17}\n");
}

TEST(MetricsLogTest, DoesNotFollowLinks) {
  Scratch folder, elsewhere;
  const std::string text = Line(10).ToString() + "\n" + Line(20).ToString() + "\n";
  std::filesystem::create_symlink(elsewhere.Write("precious", text), folder.Path("metrics.jsonl"));
  EXPECT_THAT(MetricsLog::Open(folder.Path("metrics.jsonl"), 10, 10),
              FailsWith(absl::StatusCode::kDataLoss, "found a symbolic link"));
  EXPECT_EQ(elsewhere.Read("precious"), text);
}

TEST(RecordedStepTest, ReadsTheTrainLineOrTheEvent) {
  Scratch folder;
  const auto with_metrics = [](JsonObject line, double loss) {
    return line.Add("learning_rate", 0.1).Add("gradient_norm", 1.0 / 3).Add("step_loss", loss);
  };
  const std::string lines[] = {
      with_metrics(Line(10), 0.1).ToString(),
      JsonObject().Add("kind", "valid").Add("step", 20).Add("loss", 5.0).ToString(),
      with_metrics(
          JsonObject().Add("kind", "event").Add("step", 20).Add("detail", "\"step\": 10, {"),
          std::nan(""))
          .ToString(),
      with_metrics(Line(100), 0.7).ToString(), "{\"kind\": \"train\", \"step\": 110, \"lo"};
  const std::string path = folder.Write("metrics.jsonl", absl::StrJoin(lines, "\n"));
  const auto ten = *FindRecordedStep(path, 10);
  ASSERT_TRUE(ten.has_value());
  EXPECT_EQ(ten->loss, 0.1);
  EXPECT_EQ(ten->gradient_norm, 1.0 / 3);
  EXPECT_EQ(ten->learning_rate, 0.1);
  const auto twenty = *FindRecordedStep(path, 20);
  ASSERT_TRUE(twenty.has_value());
  EXPECT_TRUE(std::isnan(twenty->loss));
  EXPECT_EQ(twenty->gradient_norm, 1.0 / 3);
  for (const int64_t none : {1, 11, 30, 110})
    EXPECT_FALSE(FindRecordedStep(path, none)->has_value());
  EXPECT_THAT(FindRecordedStep(folder.Path("none"), 1),
              FailsWith(absl::StatusCode::kNotFound, "none"));
}

std::vector<std::pair<int64_t, float>> Scalars(const std::string& folder) {
  std::vector<std::pair<int64_t, float>> scalars;
  for (const Event& event : EventsIn(folder)) {
    for (const auto& value : event.summary().value())
      scalars.emplace_back(event.step(), value.simple_value());
  }
  return scalars;
}

TEST(TensorBoardWriterTest, ContinuesAnInterruptedRun) {
  Scratch folder;
  {
    const auto writer = *TensorBoardWriter::Open(folder.Path("tensorboard"), 0, 0);
    for (const int64_t step : {10, 20, 30})
      ASSERT_TRUE(writer->Write(step, {{"valid/loss", step * 0.5}}).ok());
    ASSERT_TRUE(writer->Write(10, {{"train/loss", 3.0}}).ok());
    ASSERT_TRUE(writer->Write(20, {{"train/loss", 4.0}}).ok());
  }
  ASSERT_TRUE((*TensorBoardWriter::Open(folder.Path("tensorboard"), 20, 19))
                  ->Write(25, {{"valid/loss", 1.0}})
                  .ok());
  EXPECT_THAT(Scalars(folder.Path("tensorboard")),
              ElementsAre(std::pair(10, 5.0f), std::pair(20, 10.0f), std::pair(10, 3.0f),
                          std::pair(25, 1.0f)));
}

TEST(TensorBoardWriterTest, WritesTexts) {
  Scratch folder;
  ASSERT_TRUE((*TensorBoardWriter::Open(folder.Path("tensorboard"), 0, 0))
                  ->WriteTexts(7, {{"samples/1", "    one\n"}, {"samples/2", "two"}})
                  .ok());
  // A resumed run keeps them.
  ASSERT_THAT(TensorBoardWriter::Open(folder.Path("tensorboard"), 7, 0), IsOk());
  int texts = 0;
  for (const Event& event : EventsIn(folder.Path("tensorboard"))) {
    for (const auto& value : event.summary().value()) {
      EXPECT_EQ(event.step(), 7);
      EXPECT_EQ(value.metadata().plugin_data().plugin_name(), "text");
      EXPECT_EQ(value.tensor().dtype(), TensorProto::DT_STRING);
      EXPECT_THAT(value.tensor().string_val(), ElementsAre(texts++ == 0 ? "    one\n" : "two"));
    }
  }
  EXPECT_EQ(texts, 2);
}

// A resumed run has the hyperparameters with which it goes on, and no end.
TEST(TensorBoardWriterTest, WritesTheHyperparametersOfTheLastStart) {
  Scratch folder;
  const std::string path = folder.Path("tensorboard");
  {
    const auto writer = *TensorBoardWriter::Open(path, 0, 0);
    ASSERT_THAT(writer->WriteHyperparameters({{"rate", 0.5}, {"cell", std::string("GRU")}}),
                IsOk());
    ASSERT_THAT(writer->Write(7, {{"valid/loss", 1.0}}), IsOk());
    ASSERT_THAT(writer->WriteEnd(), IsOk());
    EXPECT_THAT(EventsIn(path), testing::SizeIs(3));
  }
  ASSERT_THAT((*TensorBoardWriter::Open(path, 7, 7))
                  ->WriteHyperparameters({{"rate", 0.25}, {"wide", true}}),
              IsOk());
  const std::vector<Event> events = EventsIn(path);
  ASSERT_THAT(events, testing::SizeIs(2));
  const auto& value = events[1].summary().value(0);
  EXPECT_EQ(value.tag(), "_hparams_/session_start_info");
  EXPECT_EQ(value.metadata().plugin_data().plugin_name(), "hparams");
  HParamsPluginData data;
  ASSERT_TRUE(data.ParseFromString(value.metadata().plugin_data().content()));
  const auto& found = data.session_start_info().hparams();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at("rate").number_value(), 0.25);
  EXPECT_TRUE(found.at("wide").bool_value());
}

RunRecord Recorded(const std::vector<std::string>& lines) {
  RunRecord record;
  for (const std::string& line : lines) record.Add(line);
  return record;
}

TEST(NextCommandsTest, UseTheDataSetAndASample) {
  const RunRecord none = Recorded({});
  EXPECT_THAT(
      NextCommands("/runs/a", "/data", "test", /*predicts=*/true, none),
      ElementsAre(HasSubstr("elman-evaluate --checkpoint=/runs/a --data=/data --split=test"),
                  HasSubstr("elman-predict --checkpoint=/runs/a"),
                  HasSubstr("elman-inspect /runs/a")));
  EXPECT_THAT(NextCommands("/runs/a", "/data", "test", /*predicts=*/false, none),
              ElementsAre(HasSubstr("elman-evaluate"), HasSubstr("elman-inspect")));
  const RunRecord some =
      Recorded({"{\"kind\": \"sample\", \"step\": 1, \"input\": \"it's $HOME\"}"});
  EXPECT_THAT(NextCommands("/my run", "/data", "", /*predicts=*/true, some),
              ElementsAre(testing::AllOf(testing::StartsWith("echo 'it'\\''s $HOME' | "),
                                         testing::EndsWith(" --checkpoint='/my run'")),
                          testing::EndsWith("elman-inspect '/my run'")));
}

TEST(RunRecordTest, FlattensLinesAndSkipsIncompleteOnes) {
  Scratch folder;
  const std::string path = folder.Write(
      "metrics.jsonl",
      "{\"kind\": \"train\", \"step\": 10, \"loss\": 0.5, \"seconds\": {\"wait\": 0.25}}\n"
      "{\"kind\": \"train\", \"step\": 20, \"loss\": null}\n"
      "{\"kind\": \"valid\", \"step\": 20, \"loss\": 2, \"best\": true}\n"
      "{\"step\": 20}\nno object\n"
      "{\"kind\": \"event\", \"step\": 30, \"detail\": \"\\u003c\"}\n{\"kind\": \"tr");
  const RunRecord record = *RunRecord::Read(path);
  ASSERT_EQ(record.lines().size(), 4);
  EXPECT_EQ(record.lines()[0].Number("seconds.wait"), 0.25);
  EXPECT_TRUE(std::isnan(*record.lines()[1].Number("loss")));
  EXPECT_FALSE(record.lines()[1].Number("seconds.wait").has_value());
  EXPECT_EQ(record.lines()[2].Number("best"), 1);
  EXPECT_EQ(record.lines()[3].texts.at("detail"), "<");
  ASSERT_EQ(record.Points("train", "loss").size(), 1);
  EXPECT_EQ(record.Points("train", "loss")[0].step, 10);
  EXPECT_EQ(record.Points("train", "loss")[0].value, 0.5);
  EXPECT_FALSE(RunRecord::Read(folder.Path("none")).ok());
}

TEST(RunRecordTest, ReadsListsOfNumbersAndOfTexts) {
  const RunRecord record = Recorded(
      {R"({"kind": "labels", "step": 1, "labels": ["a", "b"], "f1": [0.5, null], "none": []})",
       R"({"kind": "labels", "step": 1e300})"});
  ASSERT_EQ(record.lines().size(), 1u) << "no step";
  const RecordedLine& line = record.lines()[0];
  EXPECT_THAT(line.TextList("labels"), ElementsAre("a", "b"));
  EXPECT_THAT(line.List("f1"), ElementsAre(0.5, testing::IsNan()));
  EXPECT_TRUE(line.List("labels").empty());
  EXPECT_TRUE(line.TextList("f1").empty());
  EXPECT_EQ(line.Text("kind"), "labels");
  EXPECT_EQ(line.Text("none"), "");
}

TEST(RunRecordTest, FindsTheBestValidation) {
  RunRecord record;
  const auto validated = [&](int64_t step, double loss, bool best) {
    record.Add(Line(step).Add("loss", loss).Add("best", best).ToString());
  };
  const auto reset = [&](int64_t step, int64_t best_step) {
    JsonObject line = Line(step, "event").Add("event", kBestReset);
    if (best_step > 0) line.Add("best_step", best_step);
    record.Add(line.ToString());
  };
  EXPECT_EQ(record.BestValidation(), nullptr);
  validated(10, 3, true);
  validated(20, 2, true);
  validated(30, 2.5, false);
  EXPECT_EQ(record.BestValidation()->step, 20);
  reset(35, 10);
  EXPECT_EQ(record.BestValidation()->step, 10);
  reset(36, 0);
  EXPECT_EQ(record.BestValidation(), nullptr);
  validated(40, 4, true);
  EXPECT_EQ(record.BestValidation()->step, 40);
}

TEST(PrometheusFileTest, WritesTheStateOfARun) {
  Scratch folder;
  const std::string path = folder.Path("elman.prom");
  RunRecord record;
  const auto event = [](const char* what) { return Line(5, "event").Add("event", what); };
  for (const JsonObject& line :
       {Line(10, "train")
            .Add("loss", 2.5)
            .Add("tokens", 100)
            .Add("seconds", JsonObject().Add("data", 1.5).Add("wait", 0.0)),
        event("skipped"), event("skipped"), event("rolled_back"), event("resumed"),
        Line(10).Add("loss", 3.0).Add("best", true), Line(12).Add("loss", 4.0).Add("best", false),
        Line(10, "checkpoint").Add("path", "gone"),
        Line(20, "train")
            .Add("loss", std::nan(""))
            .Add("tokens", 200)
            .Add("seconds", JsonObject().Add("data", 2.0).Add("wait", 0.5))}) {
    record.Add(line.ToString());
  }
  auto file = PrometheusFile::Create(path, "a \"quoted\\\n\t\xFFrun", 50, record);
  ASSERT_THAT(file, IsOk());
  const std::string run = "run=\"a \\\"quoted\\\\\\n \uFFFDrun\"";
  std::string text = *ReadFile(path, 10000);
  EXPECT_THAT(text, testing::StartsWith("# HELP elman_running "));
  for (const std::string& sample :
       {"elman_running{" + run + "} 1", "elman_planned_steps{" + run + "} 50",
        "elman_step{" + run + "} 20", "elman_training_loss{" + run + "} NaN",
        "elman_tokens_total{" + run + "} 200",
        "elman_phase_seconds_total{" + run + ",phase=\"data\"} 3.5",
        "elman_phase_seconds_total{" + run + ",phase=\"wait\"} 0.5",
        "elman_validation_loss{" + run + "} 4", "elman_best_validation_loss{" + run + "} 3",
        "elman_checkpoint_step{" + run + "} 10", "elman_skipped_steps_total{" + run + "} 2",
        "elman_rollbacks_total{" + run + "} 1", "elman_resumes_total{" + run + "} 1"}) {
    EXPECT_THAT(text, HasSubstr("\n" + sample + "\n"));
  }

  // Within a second the file does not change; the end is written immediately.
  ASSERT_THAT((*file)->Add(*ParseRecordedLine(Line(30, "train").ToString())), IsOk());
  EXPECT_EQ(*ReadFile(path, 10000), text);
  ASSERT_THAT((*file)->End(/*failed=*/true), IsOk());
  text = *ReadFile(path, 10000);
  EXPECT_THAT(text, HasSubstr("\nelman_step{" + run + "} 30\n"));
  EXPECT_THAT(text, HasSubstr("\nelman_running{" + run + "} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nelman_failed{" + run + "} 1\n"));

  EXPECT_FALSE(PrometheusFile::Create(folder.Path("no/elman.prom"), "run", 50, record).ok());
}

}  // namespace
}  // namespace elman
