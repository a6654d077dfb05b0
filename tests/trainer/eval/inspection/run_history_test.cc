#include "trainer/eval/inspection/run_history.h"

#include <gmock/gmock.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SparklineTest, HeightsFollowTheValues) {
  EXPECT_EQ(Sparkline({{1, 0}, {2, 7}, {3, 14}}, 10), "▁▅█");
  EXPECT_EQ(Sparkline({{1, 5}, {2, 5}}, 10), "▅▅");
  EXPECT_EQ(Sparkline({{1, 0}, {2, 2}, {3, 10}, {4, 12}}, 2), "▁█");  // means
  EXPECT_EQ(Sparkline({}, 10), "");
}

class RunHistoryTest : public testing::Test {
 protected:
  // Creates a run directory with these lines and this configuration.
  std::string Run(const std::string& name, const std::string& metrics, const std::string& config) {
    std::filesystem::create_directory(scratch_.Path(name));
    scratch_.Write(name + "/metrics.jsonl", metrics);
    scratch_.Write(name + "/config.textproto", config);
    return scratch_.Path(name);
  }

  Scratch scratch_;
};

constexpr char kMetrics[] =
    R"({"kind": "train", "step": 10, "epoch": 1, "loss": 4, "tokens_per_second": 100}
{"kind": "valid", "step": 10, "epoch": 1, "loss": 3, "accuracy": 0.25, "best": true}
{"kind": "train", "step": 20, "epoch": 2, "loss": 2, "tokens_per_second": 300}
{"kind": "valid", "step": 20, "epoch": 2, "loss": 3.5, "accuracy": 0.75, "best": false}
{"kind": "event", "step": 20, "detail": "finished at step 20"}
)";

TEST_F(RunHistoryTest, ShowsTheHistoryOfARun) {
  const auto record = RunRecord::Read(Run("a", kMetrics, "") + "/metrics.jsonl");
  ASSERT_TRUE(record.ok());
  Inspection inspection;
  AddHistory(*record, &inspection);
  for (const char* text :
       {"accuracy 0.25, loss 3 at step 10, the best validation",
        "until step 20; finished at step 20", "4 █▁ 2", "3 ▁█ 3.5", "0.25 ▁█ 0.75", "100 ▁█ 300"}) {
    EXPECT_THAT(inspection.text(), HasSubstr(text));
  }
  EXPECT_THAT(inspection.text(), Not(HasSubstr("gradient norm")));  // not recorded
  EXPECT_THAT(inspection.json().ToString(), HasSubstr("\"best_loss\": 3"));
  Inspection nothing;
  AddHistory(RunRecord(), &nothing);
  EXPECT_EQ(nothing.text(), "");
}

TEST_F(RunHistoryTest, ComparesTwoRuns) {
  const std::string a = Run("a", kMetrics, "seed: 1 model { hidden_size: 200 }");
  const std::string b = Run("b",
                            kMetrics + std::string("{\"kind\": \"train\", \"step\": 30, "
                                                   "\"loss\": 1.5}\n"),
                            "seed: 1 model { hidden_size: 300 }");
  const auto compared = CompareRuns(a, b);
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_THAT(compared->text(), testing::ContainsRegex("training_loss +2 +1.5"));
  EXPECT_THAT(compared->text(), HasSubstr("modified: model.hidden_size: 200 -> 300"));
  EXPECT_THAT(compared->text(), Not(HasSubstr("seed")));
  EXPECT_THAT(compared->json().ToString(), HasSubstr("\"step\": {\"run\": 20, \"other\": 30}"));
  EXPECT_THAT(CompareRuns(a, scratch_.Path("none")),
              FailsWith(absl::StatusCode::kNotFound, "metrics.jsonl"));
}

TEST_F(RunHistoryTest, ShowsTimesAsTimesAndCountsInFull) {
  const std::string run = Run(
      "timed",
      R"({"kind": "valid", "step": 12345678, "loss": 0.123456789, "perplexity": null, "best": true, "time": 1796059421.5}
)",
      "");
  const auto compared = CompareRuns(run, run);
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_THAT(compared->text(), testing::ContainsRegex("best_time +2026-11-30 17:23:41 UTC"));
  EXPECT_THAT(compared->text(), testing::ContainsRegex("best_step +12345678 +12345678"));
  EXPECT_THAT(compared->text(), testing::ContainsRegex("best_loss +0.123457 +0.123457"));
  EXPECT_THAT(compared->text(), testing::ContainsRegex("best_perplexity +nan +nan"));
  EXPECT_THAT(compared->json().ToString(),
              HasSubstr("\"best_time\": {\"run\": 1796059421.5, \"other\": 1796059421.5}"));
  EXPECT_THAT(compared->json().ToString(), HasSubstr("\"best_loss\": {\"run\": 0.123456789"));
  EXPECT_THAT(compared->json().ToString(),
              HasSubstr("\"best_perplexity\": {\"run\": null, \"other\": null}"));
}

}  // namespace
}  // namespace elman
