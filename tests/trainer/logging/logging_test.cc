#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_join.h"
#include "data/io/file.h"
#include "data/io/record_io.h"
#include "proto/event.pb.h"
#include "tests/support/scratch.h"
#include "trainer/logging/metrics_log.h"
#include "trainer/logging/recorded_step.h"
#include "trainer/logging/report_page.h"
#include "trainer/logging/tensorboard_writer.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

JsonObject Line(int64_t step, const std::string& kind = "valid") {
  return JsonObject().Add("kind", kind).Add("step", step);
}

TEST(MetricsLogTest, AppendsAndCutsWhatIsLater) {
  Scratch folder;
  const std::string path = folder.Path("metrics.jsonl");
  {
    const auto log = *MetricsLog::Open(path, 0, 0);
    for (const int64_t step : {10, 20, 30}) ASSERT_TRUE(log->Write(Line(step)).ok());
  }
  ASSERT_TRUE(AppendFile::Open(path)
                  .value()
                  ->Append("{\"kind\": \"valid\", \"st")
                  .ok());  // a kill, amid a line
  ASSERT_TRUE((*MetricsLog::Open(path, 20, 20))->Write(Line(25)).ok());
  EXPECT_EQ(*ReadFile(path, 1000),
            "{\"kind\": \"valid\", \"step\": 10}\n{\"kind\": \"valid\", \"step\": 20}\n"
            "{\"kind\": \"valid\", \"step\": 25}\n");
}

TEST(MetricsLogTest, CutsTrainLinesOfTheirOwnStep) {
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

TEST(MetricsLogTest, FollowsNoLink) {
  Scratch folder, elsewhere;
  const std::string text = Line(10).ToString() + "\n" + Line(20).ToString() + "\n";
  std::filesystem::create_symlink(elsewhere.Write("precious", text), folder.Path("metrics.jsonl"));
  EXPECT_THAT(MetricsLog::Open(folder.Path("metrics.jsonl"), 10, 10),
              FailsWith(absl::StatusCode::kDataLoss, "found a symbolic link"));
  EXPECT_EQ(elsewhere.Read("precious"), text);
}

TEST(RecordedStepTest, IsThatOfTheTrainLineOrTheEvent) {
  Scratch folder;
  const auto figures = [](JsonObject line, double loss) {
    return line.Add("learning_rate", 0.1).Add("gradient_norm", 1.0 / 3).Add("step_loss", loss);
  };
  const std::string lines[] = {
      figures(Line(10), 0.1).ToString(),
      JsonObject().Add("kind", "valid").Add("step", 20).Add("loss", 5.0).ToString(),
      figures(JsonObject().Add("kind", "event").Add("step", 20).Add("detail", "\"step\": 10, {"),
              std::nan(""))
          .ToString(),
      figures(Line(100), 0.7).ToString(), "{\"kind\": \"train\", \"step\": 110, \"lo"};
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
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    const auto file = *RandomAccessFile::Open(entry.path());
    const RecordReader reader(file.get());
    std::string payload;
    for (uint64_t at = 0; at < file->size();) {
      at = reader.Read(at, &payload).value();
      Event event;
      EXPECT_TRUE(event.ParseFromString(payload));
      if (!event.has_summary()) {
        EXPECT_EQ(event.file_version(), "brain.Event:2");
      }
      for (const auto& value : event.summary().value())
        scalars.emplace_back(event.step(), value.simple_value());
    }
  }
  EXPECT_EQ(files, 1);
  return scalars;
}

TEST(TensorBoardWriterTest, GoesOnWhereARunWasCut) {
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

TEST(ReportPageTest, HoldsTheFiguresAndEscapesTheRest) {
  Scratch folder;
  ASSERT_TRUE(WriteReportPage(folder.Path("r.html"), "a <b>",
                              "{\"kind\": \"event\", \"detail\": \"</script>\"}\n", "x < y")
                  .ok());
  const std::string page = *ReadFile(folder.Path("r.html"), 1 << 20);
  EXPECT_THAT(page, HasSubstr("a &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("x &lt; y"));
  EXPECT_THAT(page, HasSubstr("\"<\\/script>\""));
}

}  // namespace
}  // namespace elman
