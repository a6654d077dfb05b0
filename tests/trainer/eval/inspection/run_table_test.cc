#include "trainer/eval/inspection/run_table.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunTableTest : public testing::Test {
 protected:
  std::string Run(const std::string& name, const std::string& metrics, const std::string& config) {
    std::filesystem::create_directory(scratch_.Path(name));
    scratch_.Write(name + "/metrics.jsonl", metrics);
    scratch_.Write(name + "/config.textproto", config);
    return scratch_.Path(name);
  }

  static std::string Valid(double accuracy) {
    return absl::StrCat("{\"kind\": \"valid\", \"step\": 10, \"loss\": 2, \"accuracy\": ", accuracy,
                        ", \"best\": true}\n");
  }

  // The names of the runs in the order of the table.
  static std::vector<std::string> Order(const Inspection& inspection) {
    std::vector<std::string> names;
    for (const absl::string_view line : absl::StrSplit(inspection.text(), '\n')) {
      const size_t slash = line.substr(0, line.find(' ')).rfind('/');
      if (slash != line.npos)
        names.emplace_back(line.substr(slash + 1, line.find(' ') - slash - 1));
    }
    return names;
  }

  Scratch scratch_;
};

TEST_F(RunTableTest, SortsByTheMainMetric) {
  const std::string a = Run("a", Valid(0.5), "batch_size: 4 model { hidden_size: 200 }");
  const std::string b =
      Run("b", Valid(0.75) + "{\"kind\": \"event\", \"step\": 30, \"event\": \"finished\"}\n",
          "batch_size: 8 model { hidden_size: 200 }");
  const std::string c = Run("c", "{\"kind\": \"train\", \"step\": 5, \"loss\": 4}\n", "");
  scratch_.Write("log", "no run");
  const auto table = TabulateRuns({a, c, scratch_.Path("log"), b});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(Order(*table), ElementsAre("b", "a", "c"));
  EXPECT_THAT(table->text(), testing::ContainsRegex("accuracy .*best step .*batch_size"));
  EXPECT_THAT(table->text(), testing::ContainsRegex("b +0.75 +10 +30 +finished +8"));
  EXPECT_THAT(table->text(), testing::ContainsRegex("c +- +- +5 +interrupted +20"));
  EXPECT_THAT(table->text(), testing::ContainsRegex("not a run .*log"));
  EXPECT_THAT(table->text(), Not(HasSubstr("hidden_size"))) << "200 is the default, too";
  const std::string json = table->json().ToString();
  EXPECT_THAT(json, HasSubstr("\"metric\": {\"name\": \"accuracy\", \"higher_is_better\": true}"));
  EXPECT_THAT(json, HasSubstr("\"accuracy\": 0.75, \"best_step\": 10, \"step\": 30, \"state\": "
                              "\"finished\", \"fields\": {\"batch_size\": 8}}"));
  EXPECT_THAT(json, HasSubstr("\"accuracy\": null"));
}

// Lower losses are better; a metric that only some runs have does not count.
TEST_F(RunTableTest, UsesAMetricThatAllRunsHave) {
  const std::string a = Run("a", Valid(0.5), "");
  const std::string b =
      Run("b", "{\"kind\": \"valid\", \"step\": 1, \"loss\": 1, \"best\": true}\n", "");
  const auto table = TabulateRuns({a, b});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(Order(*table), ElementsAre("b", "a"));
  EXPECT_THAT(table->json().ToString(),
              HasSubstr("\"name\": \"loss\", \"higher_is_better\": false"));
}

TEST_F(RunTableTest, RequiresARun) {
  EXPECT_THAT(TabulateRuns({scratch_.Path("x"), scratch_.Path("y")}),
              FailsWith(absl::StatusCode::kNotFound, "x: no such file or folder"));
  for (const char* name : {"x", "y"}) scratch_.Write(name, "no run");
  EXPECT_THAT(TabulateRuns({scratch_.Path("x"), scratch_.Path("y")}),
              FailsWith(absl::StatusCode::kNotFound, "none of the 2 paths is a run directory"));
}

}  // namespace
}  // namespace elman
