// What report.html contains, for complete runs and for damaged logs.
#include "trainer/record/report/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/command_line/next_commands.h"
#include "tests/support/scratch.h"
#include "trainer/record/report/next_commands.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string PageOf(const std::vector<std::string>& lines, bool running = false) {
  Scratch folder;
  RunRecord record;
  for (const std::string& line : lines) record.Add(line);
  EXPECT_THAT(WriteReportPage(folder.Path("r.html"),
                              {.title = "a <b>",
                               .running = running,
                               .started = 1e9,
                               .run = {.facts = {{"data & set", "c>d"}},
                                       .details = {{"host", "h&m"}},
                                       .data = {"the data"}},
                               .configuration = "x < y"},
                              record),
              IsOk());
  return folder.Read("r.html");
}

// The text of a section of the page, by its heading; empty if there is none.
std::string SectionOf(const std::string& page, const std::string& heading) {
  const size_t begin = page.find("<h2>" + heading + "</h2>");
  if (begin == std::string::npos) return "";
  return page.substr(begin, page.find("</section>", begin) - begin);
}

std::string Train(int64_t step, const std::string& members) {
  return absl::StrCat(R"({"kind": "train", "step": )", step, ", ", members, "}");
}

const std::vector<std::string>& Lines() {
  static const std::vector<std::string> lines = {
      R"({"kind": "train", "step": 1000, "epoch": 1, "loss": 2.5, "learning_rate": 0.5,
          "tokens_per_second": 12345, "mfu": 0.75, "time": 1000000060,
          "waits": {"least": 1, "median": 2, "most": 3, "slowest_rank": 7}})",
      R"({"kind": "sample", "step": 1000, "sample": 2, "input": "<i>", "output": "<o>"})",
      R"({"kind": "valid", "step": 1000, "epoch": 1, "loss": 1.25, "accuracy": 0.875, "best": true,
          "words": 3000, "time": 1000000120})",
      R"({"kind": "train", "step": 2000, "epoch": 2, "loss": 2.25, "learning_rate": 0.5,
          "tokens_per_second": 12346, "mfu": 0.75, "time": 1000000125})",
      R"({"kind": "valid", "step": 2000, "epoch": 2, "loss": 1.5, "accuracy": 0.5, "best": false,
          "words": 3000, "time": 1000000130})",
      R"({"kind": "event", "step": 2000, "event": "finished", "detail": "</pre><script>"})"};
  return lines;
}

TEST(ReportPageTest, ContainsMetricsAndEscapesText) {
  const std::string page = PageOf(Lines());
  for (const char* text :
       {"a &lt;b&gt;", "x &lt; y", "data &amp; set", "c&gt;d", "h&amp;m",
        "&lt;/pre&gt;&lt;script&gt;", "<tr class=\"best\"><td>1,000<td>1", "Finished at step 2,000",
        "<b>1.25</b>", "<b>0.875</b>", "rank 7 (in 1 of 1 intervals", "&lt;i&gt;", "&lt;o&gt;",
        "accuracy 0.875 (validation at step 1,000)", "<dd>2 min 10 s",
        "The same in all lines: words 3,000", "2001-09-09 01:46:40 UTC"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const char* text : {"<script", "refresh", "http://", "https://", "url("})
    EXPECT_THAT(page, Not(HasSubstr(text)));
  EXPECT_THAT(PageOf(Lines(), /*running=*/true),
              AllOf(HasSubstr("http-equiv=\"refresh\""), HasSubstr("Running, step 2,000")));
  EXPECT_THAT(PageOf({}, /*running=*/true), HasSubstr("Starting"));
}

TEST(ReportPageTest, ShowsResultsBeforeCurvesAndConstantsAsNumbers) {
  const std::string page = PageOf(Lines());
  size_t before = 0;
  for (const char* heading : {"Results", "Examples of the validation split", "Curves",
                              "Validations", "Events", "The run"}) {
    const size_t at = page.find(absl::StrCat("<h2>", heading, "</h2>"));
    ASSERT_NE(at, std::string::npos) << heading;
    EXPECT_GT(at, before) << heading;
    before = at;
  }
  const std::string curves = SectionOf(page, "Curves");
  EXPECT_THAT(curves, HasSubstr("<dt>Learning rate<dd>0.5\n"));
  EXPECT_THAT(curves, HasSubstr("<dt>MFU (median)<dd>0.75\n"));
  EXPECT_THAT(curves, Not(HasSubstr("<title>Learning rate</title>")));
  EXPECT_THAT(curves, AllOf(HasSubstr("<title>Loss (nats per target)</title>"),
                            HasSubstr("best: step 1,000")));
}

TEST(ReportPageTest, ShowsPerplexityInsteadOfLoss) {
  const std::string curves = SectionOf(PageOf({Train(10, R"("loss": 1, "perplexity": 2.718)"),
                                               Train(20, R"("loss": 2, "perplexity": 7.389)")}),
                                       "Curves");
  EXPECT_THAT(curves, AllOf(HasSubstr("<title>Perplexity</title>"), Not(HasSubstr("Loss"))));
}

TEST(ReportPageTest, LeavesOutTheLastPartialInterval) {
  const auto last_point = [](int64_t last) {
    const std::string page =
        PageOf({Train(100, R"("loss": 3)"), Train(200, R"("loss": 2)"),
                absl::StrCat(R"({"kind": "train", "loss": 999, "step": )", last, "}")});
    return page.find("999 at step") != std::string::npos;
  };
  EXPECT_FALSE(last_point(201));
  EXPECT_TRUE(last_point(300));
}

TEST(ReportPageTest, DrawsLabelsOfTheBestValidation) {
  std::vector<std::string> lines = Lines();
  lines.emplace_back(
      R"({"kind": "labels", "step": 1000, "labels": ["<x>", "y"], "f1": [0.5, null],
          "precision": [0.25, 1], "recall": [1, 0], "present": [1234, 5], "left_out": 7,
          "confused": ["<x>", "y"], "confusion": [1230, 4, 0, 5], "confused_left_out": 0})");
  const std::string page = PageOf(lines);
  EXPECT_THAT(SectionOf(page, "Results by label"),
              AllOf(HasSubstr("&lt;x&gt;<td class=\"bar\"><i style=\"width:50.0%\"></i><td>0.500"
                              "<td>0.250<td>1.000<td>1,234"),
                    HasSubstr("The 2 most frequent of 9 labels.")));
  EXPECT_THAT(SectionOf(page, "Confusion matrix"),
              AllOf(HasSubstr("<td class=\"q8\">1,230<td class=\"q0\">4"),
                    HasSubstr("<td class=\"q0\"><td class=\"q8\">5")));
  // Those of another validation are not drawn, and neither are incomplete ones.
  lines.back().replace(lines.back().find("1000"), 4, "2000");
  EXPECT_EQ(SectionOf(PageOf(lines), "Confusion matrix"), "");
  lines.back() = R"({"kind": "labels", "step": 1000, "labels": ["a"], "confused": ["a", "b"],
                     "confusion": [1]})";
  EXPECT_EQ(SectionOf(PageOf(lines), "Confusion matrix"), "");
  EXPECT_EQ(SectionOf(PageOf(lines), "Results by label"), "");
}

TEST(ReportPageTest, DrawsAttentionAndSurprisal) {
  std::vector<std::string> lines = Lines();
  lines.emplace_back(R"({"kind": "sample", "step": 1000, "sample": 1, "input": "a b", "output": "c",
                         "tokens": ["a", "<b>"], "output_tokens": ["c"],
                         "attention": [0.25, 0.75]})");
  EXPECT_THAT(SectionOf(PageOf(lines), "Attention"),
              AllOf(HasSubstr("<span>&lt;b&gt;</span>"),
                    HasSubstr("class=\"text\">c<td class=\"q2\">25<td class=\"q6\">75")));
  lines.back() = R"({"kind": "sample", "step": 1000, "sample": 1, "input": "a", "output": "c",
                     "tokens": ["a", " <b>", "c"], "surprisal": [2, 8, null]})";
  EXPECT_THAT(SectionOf(PageOf(lines), "Surprisal"),
              AllOf(HasSubstr("<span class=\"q2\" title=\"2.0 bits\">a</span>"
                              "<span class=\"q8\" title=\"8.0 bits\"> &lt;b&gt;</span>"),
                    HasSubstr("infinitely many bits")));
  for (const char* damaged : {"tokens", "surprisal"}) {
    std::string line = lines.back();
    line.replace(line.find(damaged), 1, "x");
    EXPECT_EQ(SectionOf(PageOf({lines[2], line}), "Surprisal"), "");
  }
}

TEST(ReportPageTest, MarksTagsThatDiffer) {
  EXPECT_THAT(PageOf({R"({"kind": "sample", "step": 1, "sample": 1, "input": "to <Rome>",
                          "expected": "to/O <Rome>/city", "output": "to/O <Rome>/O"})"}),
              HasSubstr(">to/O <mark>&lt;Rome&gt;/O</mark>"));
}

TEST(ReportPageTest, AcceptsAnyLog) {
  std::mt19937_64 random(5);
  const std::vector<std::string> kinds = {"train", "valid",  "epoch",       "checkpoint",
                                          "event", "sample", "diagnostics", "labels"};
  const std::vector<std::string> keys = {"loss",
                                         "perplexity",
                                         "accuracy",
                                         "bleu",
                                         "learning_rate",
                                         "gradient_norm",
                                         "tokens_per_second",
                                         "mfu",
                                         "time",
                                         "seconds",
                                         "epoch",
                                         "sample",
                                         "best",
                                         "best_step",
                                         "event",
                                         "attention",
                                         "tokens",
                                         "output_tokens",
                                         "surprisal",
                                         "labels",
                                         "f1",
                                         "confusion",
                                         "confused",
                                         "left_out",
                                         "present",
                                         "clip_rate",
                                         "detail",
                                         "padding_efficiency"};
  const std::vector<std::string> values = {
      "0",
      "1",
      "-1",
      "0.1",
      "1e300",
      "-1e300",
      "1e-320",
      "null",
      "true",
      "\"<&\"",
      "[1,2]",
      "[]",
      "[null]",
      "[\"a\",\"b\"]",
      "\"best_reset\"",
      "{}",
      R"({"data": 1, "forward": 1e308, "least": 2, "slowest_rank": 1e300})"};
  const auto one_of = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<std::string> lines;
    for (size_t i = random() % 30; i > 0; --i) {
      std::string line = absl::StrCat(
          "{\"kind\": \"", one_of(kinds),
          "\", \"step\": ", random() % 2 == 0 ? std::to_string(random() % 50) : one_of(values));
      for (const std::string& key : keys) {
        if (random() % 2 == 0) absl::StrAppend(&line, ", \"", key, "\": ", one_of(values));
      }
      lines.push_back(line + "}");
    }
    const std::string page = PageOf(lines, trial % 2 == 0);
    EXPECT_THAT(page, AllOf(HasSubstr("</html>"), Not(HasSubstr("nan")), Not(HasSubstr("=\"inf"))));
  }
}

TEST(ReproduceCommandTest, WorksInAnyFolder) {
  const std::string here = std::filesystem::current_path().string();
  const std::string command =
      ReproduceCommand("my run/", {"data", "/other"}, {"--vectors=it's.txt"});
  EXPECT_THAT(command, testing::StartsWith(ProgramWord("elman-train") + " \\\n"));
  EXPECT_THAT(command, HasSubstr(absl::StrCat("--config='", here, "/my run/config.textproto'")));
  EXPECT_THAT(command, HasSubstr(absl::StrCat("--data=", here, "/data,/other")));
  EXPECT_THAT(command, HasSubstr(absl::StrCat("--output='", here, "/my run-again'")));
  EXPECT_THAT(command, testing::EndsWith("'--vectors=it'\\''s.txt'"));
}

}  // namespace
}  // namespace elman
