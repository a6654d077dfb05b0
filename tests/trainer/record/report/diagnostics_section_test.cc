#include "trainer/record/report/diagnostics_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/scratch.h"
#include "tests/trainer/record/log/event_files.h"
#include "trainer/record/log/tensorboard_writer.h"
#include "trainer/record/report/heat_map.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kLine[] =
    R"({"kind": "diagnostics", "step": 500, "epoch": 1, "verdict": "vanishing", "words": "vanishing: <so>",)"
    R"( "lags": {"layer0": {"lag": [0, 1, 2], "norm": [4, 2, 1], "ratio": [1, 0.5, null]},)"
    R"( "layer0.reverse": {"lag": [0, 1], "norm": [1, 1], "ratio": [1, 0.25]}},)"
    R"( "gates": {"layer0.forget": {"mean": 0.5, "closed": 0.125, "open": 0.25}},)"
    R"( "layers": {"layer0": {"gradient": 2, "update_ratio": 0.001}}, "missing": "nothing & all"})";

RunRecord Recorded(const std::vector<std::string>& lines) {
  RunRecord record;
  for (const std::string& line : lines) record.Add(line);
  return record;
}

TEST(DiagnosticsSectionTest, ReadsGradientsByLag) {
  const RunRecord record = Recorded({kLine, R"({"kind": "train", "step": 501})"});
  const RecordedLine* const last = LastDiagnosis(record);
  ASSERT_NE(last, nullptr);
  EXPECT_THAT(FollowedRecurrences(*last), ElementsAre("layer0", "layer0.reverse"));
  const auto points = GradientByLag(*last, "layer0");
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[1].step, 1);
  EXPECT_EQ(points[1].value, 0.5);
  EXPECT_TRUE(std::isnan(points[2].value));
  EXPECT_TRUE(GradientByLag(*last, "layer1").empty());
  EXPECT_EQ(LastDiagnosis(Recorded({R"({"kind": "train", "step": 501})"})), nullptr);
}

TEST(DiagnosticsSectionTest, PrefersADiagnosisThatIsKnown) {
  const char* const unknown = R"({"kind": "diagnostics", "step": 501, "verdict": "unknown",)"
                              R"( "words": "unknown: short sequences"})";
  EXPECT_THAT(DiagnosticsSection(Recorded({kLine, unknown}), {.first = 0, .last = 501}),
              HasSubstr("Diagnosis at step 500"));
  EXPECT_THAT(DiagnosticsSection(Recorded({unknown}), {.first = 0, .last = 501}),
              HasSubstr("<b>unknown</b>. Short sequences."));
}

TEST(DiagnosticsSectionTest, ShowsDiagnosisHeatMapsAndGates) {
  const std::string html = DiagnosticsSection(Recorded({kLine}), {.first = 0, .last = 500});
  for (const char* text :
       {"Diagnosis at step 500: <b>vanishing</b>. &lt;so&gt;.",
        "Gradient of layer0 by steps back in time",
        "Gradient of layer0.reverse by steps back in time", "nothing &amp; all",
        "layer0.forget<td>0.500<td>0.125<td>0.250\n</table>", "Gradient norm by layer"}) {
    EXPECT_THAT(html, HasSubstr(text));
  }
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_EQ(DiagnosticsSection(Recorded({R"({"kind": "train", "step": 501})"}), {}), "");
}

// Counts rectangles in the path that begins with `path`; each path holds all rectangles of a shade.
size_t RectanglesIn(const std::string& svg, const std::string& path) {
  const size_t at = svg.find(path);
  if (at == std::string::npos) return 0;
  const std::string d = svg.substr(at, svg.find("/>", at) - at);
  return std::count(d.begin(), d.end(), 'z');
}

TEST(HeatMapTest, ShadesByLogarithm) {
  const std::string svg = HeatMapChart(
      {.title = "x",
       .distance = "back",
       .columns = {{1, {0, 1, 2, 3}, {1, 1, 1e-3, 0}}, {2, {0, 1, 2, 3}, {1, 100, 1e-6, 1e-9}}}},
      {.first = 0, .last = 2});
  EXPECT_EQ(RectanglesIn(svg, "<path class=\"heat s0\" fill-opacity=\"1.00\""), 2u)
      << "neighbors of a shade are one";
  EXPECT_EQ(RectanglesIn(svg, "<path class=\"heat s0\" fill-opacity=\"0.50\""), 1u);
  EXPECT_EQ(RectanglesIn(svg, "<path class=\"heat s3\""), 1u);
  // The border is below 0.01 from 2 steps on, in both columns: at half of the height of four steps.
  EXPECT_THAT(
      svg,
      HasSubstr(
          "<polyline class=\"s1\" points=\"0.0,500.0 500.0,500.0 500.0,500.0 1000.0,500.0 \""));
  EXPECT_THAT(
      HeatMapChart({.title = "x", .distance = "back", .columns = {{1, {0, 1}, {NAN, 0}}}}, {}),
      HasSubstr("heat s3"));
  EXPECT_EQ(HeatMapChart({.title = "x", .distance = "back", .columns = {{1, {}, {}}}}, {}), "");
}

TEST(HeatMapTest, ThinsManyColumnsOut) {
  HeatMap map{.title = "x", .distance = "back", .columns = {}};
  for (int step = 0; step < 10000; ++step) map.columns.push_back({step, {0, 1}, {1, 1e-3}});
  EXPECT_EQ(RectanglesIn(HeatMapChart(map, {.first = 0, .last = 10000}),
                         "<path class=\"heat s0\" fill-opacity=\"1.00\""),
            80u);
}

TEST(TensorBoardWriterTest, WritesHistogramsFromTheirFirstFilledBucketToTheLast) {
  Scratch folder;
  const Histogram histogram{-1, 3, 4, 6, 14, {{-2, 0}, {-1, 0}, {0, 1}, {1, 0}, {2, 3}, {4, 0}}};
  ASSERT_TRUE((*TensorBoardWriter::Open(folder.Path("t"), 0, 0))
                  ->WriteHistograms(7, {{"gates/a", histogram}, {"gates/empty", {}}})
                  .ok());
  // Histograms are kept up to the step that a run is resumed from.
  ASSERT_TRUE((*TensorBoardWriter::Open(folder.Path("t"), 7, 0))->WriteHistograms(8, {}).ok());
  std::vector<Summary::Value> values;
  for (const Event& event : EventsIn(folder.Path("t"))) {
    EXPECT_EQ(event.step(), 7);
    for (const auto& value : event.summary().value()) values.push_back(value);
  }
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].tag(), "gates/a");
  EXPECT_THAT(values[0].histo().bucket_limit(), ElementsAre(-1, 0, 1, 2));
  EXPECT_THAT(values[0].histo().bucket(), ElementsAre(0, 1, 0, 3));
  EXPECT_EQ(values[0].histo().min(), -1);
  EXPECT_EQ(values[0].histo().sum_squares(), 14);
}

}  // namespace
}  // namespace elman
