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
          "waits": {"least": 1, "mean": 2, "most": 3, "slowest_rank": 7}})",
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
        "<b>1.2500</b>", "<b>0.8750</b>", "rank 7 (in 1 of 1 intervals", "&lt;i&gt;", "&lt;o&gt;",
        "accuracy 0.8750 (validation at step 1,000)", "<dd>2 min 10 s",
        "The same at every validation: words 3,000.", "2001-09-09 01:46:40 UTC",
        "<b>12,346</b><span>tokens/s (median)"}) {
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
  // A single number is not known to be constant.
  EXPECT_THAT(SectionOf(PageOf({Lines()[0]}), "Training"),
              HasSubstr("<dt>Learning rate<dd>0.5 (step 1,000)\n"));
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
  EXPECT_THAT(
      SectionOf(page, "Results by label"),
      AllOf(HasSubstr("&lt;x&gt;</bdi><td class=\"bar\"><i style=\"width:50.0%\"></i><td>0.500"
                      "<td>0.250<td>1.000<td>1,234"),
            HasSubstr("The 2 most frequent of 9 labels.")));
  EXPECT_THAT(SectionOf(page, "Confusion matrix"),
              AllOf(HasSubstr("<td class=\"q8\">1,230<td class=\"q0 off\">4"),
                    HasSubstr("<td class=\"q0 off\"><td class=\"q8\">5"),
                    HasSubstr("<table class=\"matrix\">")));
  // Long names are shortened and upright.
  std::vector<std::string> long_names = lines;
  long_names.back().replace(long_names.back().find("\"<x>\", \"y\"], \"confusion\""), 3 + 2,
                            "\"a name of more than 24 columns\"");
  EXPECT_THAT(SectionOf(PageOf(long_names), "Confusion matrix"),
              AllOf(HasSubstr("<table class=\"matrix upright\">"),
                    HasSubstr("<bdi title=\"a name of more than 24 columns\">a name of more than 2"
                              "...</bdi>")));
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
  EXPECT_THAT(
      SectionOf(PageOf(lines), "Attention"),
      AllOf(HasSubstr("<span><bdi>&lt;b&gt;</bdi></span>"),
            HasSubstr("class=\"text\"><bdi>c</bdi><td class=\"q2\">25<td class=\"q6\">75")));
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
              HasSubstr("tagged\"><span>to/O</span> <mark>&lt;Rome&gt;/O</mark>"));
  // Of long sentences, the words that both texts show completely are compared.
  const std::string cut = PageOf({R"({"kind": "sample", "step": 1, "sample": 1, "input": "a b c d",
      "expected": "a/O b/city c/O d ...", "output": "a/O b/O c/lon ..."})"});
  EXPECT_THAT(cut, HasSubstr("<span>a/O</span> <mark>b/O</mark> <span>c/lon</span>"));
}

TEST(ReportPageTest, MarksWrongLabels) {
  const char* const samples =
      R"({"kind": "sample", "step": 9, "sample": 1, "input": "a", "expected": "x", "output": "y"})";
  EXPECT_THAT(PageOf({R"({"kind": "valid", "step": 9, "loss": 1, "macro_f1": 0.5, "best": true})",
                      samples}),
              HasSubstr("<mark>y</mark>"));
  // A translation that differs from the reference need not be wrong.
  EXPECT_THAT(PageOf({R"({"kind": "valid", "step": 9, "loss": 1, "best": true})", samples}),
              Not(HasSubstr("<mark>")));
}

TEST(ReportPageTest, WritesTextsOfAnyDirection) {
  const std::string page = PageOf(
      {R"({"kind": "sample", "step": 1, "sample": 1, "input": "\u05d0", "expected": "\u05d0/O",
           "output": "\u05d0/O"})"});
  EXPECT_THAT(page, HasSubstr("<td dir=\"auto\" class=\"text wrap\">\u05d0"));
  EXPECT_THAT(page, HasSubstr("<span>\u05d0/O</span>"));
}

TEST(ReportPageTest, ShowsTheNearestWordsOfTheBestValidation) {
  const auto sample = [](int64_t step, const std::string& word) {
    return absl::StrCat(R"({"kind": "sample", "sample": 1, "input": "<king>", "output": "q",
                            "step": )",
                        step, R"(, "neighbors": [")", word,
                        R"(", "p"], "similarity": [0.75, 0.5]})");
  };
  const std::string page =
      PageOf({Lines()[2], sample(1000, "<queen>"), sample(2000, "later"), Lines()[5]});
  EXPECT_THAT(SectionOf(page, "Nearest words"),
              AllOf(HasSubstr("<bdi>&lt;king&gt;</bdi>"),
                    HasSubstr("<bdi>&lt;queen&gt;</bdi> <small>0.75</small>, <bdi>p</bdi> "
                              "<small>0.50</small>"),
                    Not(HasSubstr("later"))));
  EXPECT_EQ(SectionOf(page, "Examples of the validation split"), "");
  EXPECT_EQ(SectionOf(PageOf({Lines()[2], sample(2000, "w")}), "Nearest words"), "");
}

TEST(ReportPageTest, LeavesOutMetricsThatSayNothing) {
  const std::string of_two = PageOf({R"({"kind": "valid", "step": 9, "loss": 1, "accuracy": 0.75,
      "mean_absolute_error": 0.25, "best": true})"});
  EXPECT_THAT(of_two, Not(HasSubstr("mean absolute error")));
  const std::string of_many = PageOf({R"({"kind": "valid", "step": 9, "loss": 1, "accuracy": 0.75,
      "mean_absolute_error": 0.5, "unknown_rate": 0.1234, "best": true})"});
  EXPECT_THAT(of_many, HasSubstr("mean absolute error"));
  // A single validation has a sentence for its other numbers.
  EXPECT_THAT(SectionOf(of_many, "Validations"),
              AllOf(HasSubstr("Of this validation: unknown tokens 12.34 %."),
                    Not(HasSubstr("<th scope=\"col\">unknown"))));
}

TEST(ReportPageTest, ShowsOnlySomeOfManyValidationsAndEvents) {
  std::vector<std::string> lines;
  for (int step = 1; step <= 1000; ++step) {
    lines.push_back(absl::StrCat(R"({"kind": "valid", "loss": 1, "step": )", step, "}"));
    lines.push_back(absl::StrCat(
        R"({"kind": "event", "event": "advice", "detail": "rises", "step": )", step, "}"));
  }
  lines.emplace_back(R"({"kind": "event", "event": "resumed", "detail": "now", "step": 500})");
  const std::string page = PageOf(lines);
  EXPECT_THAT(SectionOf(page, "Validations"),
              AllOf(HasSubstr("<td>1\n"), HasSubstr("<td>1,000"),
                    HasSubstr("30 of 1,000 lines; all are in metrics.jsonl.")));
  EXPECT_THAT(
      SectionOf(page, "Events"),
      AllOf(HasSubstr("999 more of this kind until here. The last: rises"), HasSubstr(">now")));
  EXPECT_LT(SectionOf(page, "Events").size(), 2000u);
  EXPECT_THAT(page, HasSubstr("<dt>resumed<dd>at step 500\n"));
}

TEST(ReportPageTest, NamesADivergence) {
  EXPECT_THAT(PageOf({R"({"kind": "event", "step": 8, "event": "diverged", "detail": "d"})",
                      R"({"kind": "train", "step": 7, "epoch": 1, "loss": null})"}),
              HasSubstr("Diverged at step 8"));
}

TEST(ReportPageTest, CanBePrinted) {
  const std::string page = PageOf(Lines());
  EXPECT_THAT(page, AllOf(HasSubstr("@media screen and (prefers-color-scheme: dark)"),
                          HasSubstr("@media print"), HasSubstr("print-color-adjust: exact")));
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
                                         "padding_efficiency",
                                         "neighbors",
                                         "similarity",
                                         "expected",
                                         "macro_f1",
                                         "mean_absolute_error"};
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
