#include "trainer/record/report/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/record/report/heat_map.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const StepAxis kSteps{.first = 0, .last = 100000};

Chart Of(const std::vector<double>& values, bool logarithmic = false) {
  Chart chart;
  chart.logarithmic = logarithmic;
  chart.series.push_back({"train", {}});
  for (size_t i = 0; i < values.size(); ++i)
    chart.series[0].points.push_back({static_cast<double>(i + 1), values[i]});
  return chart;
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Returns the points of a polyline or polygon of this class.
std::vector<std::pair<double, double>> PointsOf(const std::string& svg, const std::string& what) {
  const size_t at = svg.find(what + "\" points=\"");
  EXPECT_NE(at, std::string::npos) << what;
  const size_t begin = at + what.size() + 10, end = svg.find('"', begin);
  std::vector<std::pair<double, double>> points;
  for (const auto point : absl::StrSplit(svg.substr(begin, end - begin), ' ', absl::SkipEmpty())) {
    const std::vector<std::string> xy = absl::StrSplit(point, ',');
    points.emplace_back(std::stod(xy[0]), std::stod(xy[1]));
  }
  return points;
}

TEST(LineChartTest, DrawsValuesUpwardsAndStepsToTheRight) {
  const std::string svg = LineChart(
      {.title = "loss <of> it",
       .series = {{"train", {{0, 4}, {50, 2}, {100, 1}}}, {"valid", {{100, 3}}, true}, {"no", {}}}},
      {.first = 0, .last = 100});
  const auto train = PointsOf(svg, "<polyline class=\"s0");
  ASSERT_EQ(train.size(), 3);
  EXPECT_LT(train[0].first, train[1].first);
  EXPECT_NEAR(train[1].first, (train[0].first + train[2].first) / 2, 0.2);
  EXPECT_LT(train[0].second, train[1].second);  // y increases downwards
  EXPECT_NEAR(train[1].second - train[0].second, 2 * (train[2].second - train[1].second), 0.3);
  EXPECT_THAT(svg, HasSubstr("loss &lt;of&gt; it"));
  EXPECT_THAT(svg, HasSubstr("<circle class=\"s1\""));
  EXPECT_THAT(svg, HasSubstr("class=\"key s1\""));
  EXPECT_THAT(svg, testing::Not(HasSubstr("key s2")));
  for (const char* tick : {">2<", ">3<", ">20<", ">80<"}) EXPECT_THAT(svg, HasSubstr(tick));
}

TEST(LineChartTest, LogarithmicAxisShowsFactorsAsDistances) {
  const std::string svg = LineChart({.title = "x",
                                     .series = {{"a", {{1, 1000}, {2, 100}, {3, 0}, {4, 10}}}},
                                     .logarithmic = true},
                                    {.first = 1, .last = 4});
  const auto points = PointsOf(svg, "<polyline class=\"s0");
  ASSERT_EQ(points.size(), 3);  // 0 has no logarithm
  EXPECT_NEAR(points[1].second - points[0].second, points[2].second - points[1].second, 0.2);
}

TEST(ShareChartTest, SharesFillTheWholeHeight) {
  const std::string svg =
      ShareChart({.title = "x", .series = {{"a", {{1, 1}, {2, 3}}}, {"b", {{1, 3}, {2, 1}}}}},
                 {.first = 0, .last = 2});
  const auto a = PointsOf(svg, "<polygon class=\"s0"), b = PointsOf(svg, "<polygon class=\"s1");
  ASSERT_EQ(a.size(), 4);
  ASSERT_EQ(b.size(), 4);
  const double bottom = a[3].second, top = b[0].second;
  EXPECT_EQ(b[1].second, top);
  EXPECT_NEAR((bottom - a[0].second) / (bottom - top), 0.25, 0.01);
  EXPECT_NEAR((bottom - a[1].second) / (bottom - top), 0.75, 0.01);
}

TEST(LineChartTest, EmptyIfThereIsNothingToDraw) {
  EXPECT_EQ(LineChart({.title = "x", .series = {{"a", {}}}}, kSteps), "");
  EXPECT_EQ(LineChart({.title = "x", .series = {{"a", {{1, -1}}}}, .logarithmic = true}, kSteps),
            "");
  EXPECT_EQ(ShareChart({.title = "x", .series = {}}, kSteps), "");
  EXPECT_EQ(
      ShareChart({.title = "x", .series = {{"a", {{1, 1}, {2, 1}}}, {"b", {{1, 1}}}}}, kSteps), "");
  // One point, or many equal ones, must not cause a division by zero.
  for (const std::vector<RecordedPoint>& points :
       {std::vector<RecordedPoint>{{5, 7}}, {{1, 0}, {2, 0}}, {{1, 3}, {2, 3}}}) {
    EXPECT_THAT(LineChart({.title = "x", .series = {{"a", points}}}, kSteps),
                testing::Not(HasSubstr("nan")));
  }
}

TEST(LineChartTest, ThinsLongSeriesOut) {
  Series series{"a", {}};
  for (int i = 0; i < 100000; ++i) series.points.push_back({double(i), i % 2 == 0 ? 1.0 : 3.0});
  const auto points =
      PointsOf(LineChart({.title = "x", .series = {series}}, kSteps), "<polyline class=\"s0");
  EXPECT_EQ(points.size(), 300);
}

// Requirements for every chart: bounded size, some labels and only finite coordinates.
testing::Matcher<std::string> IsChart() {
  return AllOf(HasSubstr("<polyline"), HasSubstr("<text"), Not(HasSubstr("nan")),
               Not(HasSubstr("inf")), testing::SizeIs(testing::Lt(60000u)));
}

TEST(LineChartTest, ShowsRoundNumbers) {
  const std::string svg = LineChart(Of({0, 10, 4, 7}), kSteps);
  EXPECT_THAT(svg, IsChart());
  for (const char* tick : {">0<", ">2<", ">10<", ">20,000<", ">100,000<"})
    EXPECT_THAT(svg, HasSubstr(tick));
  EXPECT_THAT(svg, Not(HasSubstr("logarithmic scale")));
  const std::string wide = LineChart(Of({1e-12, 1}, /*logarithmic=*/true), kSteps);
  for (const char* text : {">1e-11<", ">1e-3<", ">logarithmic scale<"})
    EXPECT_THAT(wide, HasSubstr(text));
  EXPECT_THAT(wide, Not(HasSubstr("0.01")));
}

TEST(LineChartTest, SmallChangesLookSmall) {
  Chart chart = Of({0.79, 0.7905});
  chart.least_span = 0.02;
  const std::string svg = LineChart(chart, kSteps);
  const auto points = PointsOf(svg, "<polyline class=\"s0");
  EXPECT_LT(std::abs(points[0].second - points[1].second), 30);
  EXPECT_THAT(svg, HasSubstr(">0.795<"));
}

TEST(LineChartTest, MarksPointsOnlyIfTheyAreFew) {
  Chart chart = Of(std::vector<double>(60, 1));
  chart.series[0].points[0].value = 2;
  chart.series[0].marked = true;
  EXPECT_EQ(Count(LineChart(chart, kSteps), "<circle"), 60);
  chart.series[0].points.push_back({100, 3});
  EXPECT_EQ(Count(LineChart(chart, kSteps), "<circle"), 0);
}

TEST(RoundDistanceTest, IsOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_EQ(RoundDistance(1), 1);
  EXPECT_EQ(RoundDistance(1.1), 2);
  EXPECT_EQ(RoundDistance(13), 20);
  EXPECT_EQ(RoundDistance(51), 100);
  EXPECT_DOUBLE_EQ(RoundDistance(0.03), 0.05);
}

// Means of equal values differ by rounding errors: the axis would be so narrow that adding the
// distance of two ticks changes nothing.
TEST(LineChartTest, ConstantWithRoundingErrors) {
  for (const double value : {0.1, 1.0, 122.3, 4e15, 1e-90}) {
    for (const bool logarithmic : {false, true}) {
      EXPECT_THAT(
          LineChart(Of({value, std::nextafter(value, 2 * value), value}, logarithmic), kSteps),
          IsChart())
          << value;
    }
  }
  EXPECT_THAT(LineChart(Of(std::vector<double>(2401, 0.1)), kSteps), IsChart());
}

TEST(LineChartTest, SkipsPointsThatCannotBeDrawn) {
  EXPECT_EQ(LineChart(Of({kNan, kInfinity, -kInfinity}), kSteps), "");
  EXPECT_EQ(LineChart(Of({}), kSteps), "");
  EXPECT_EQ(LineChart(Of({-1, 0}, /*logarithmic=*/true), kSteps), "");
  EXPECT_EQ(LineChart(Of({3, kNan, 1e308, 4}), kSteps), [] {
    Chart chart = Of({3, 4});
    chart.series[0].points[1].step = 4;
    return LineChart(chart, kSteps);
  }());
}

TEST(LineChartTest, AcceptsAnyNumbers) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<uint64_t> bits;
  std::uniform_int_distribution<int> size(0, 1500), kind(0, 4);
  std::uniform_real_distribution<double> exponent(-330, 309);
  for (int trial = 0; trial < 400; ++trial) {
    const int values = trial % 2 == 0 ? size(random) % 5 : size(random);
    const double constant = std::pow(10, exponent(random));
    const int what = kind(random);
    Chart chart;
    chart.logarithmic = trial % 3 == 0;
    chart.from_zero = trial % 5 == 0;
    chart.series.push_back({"values", {}, /*marked=*/true});
    for (int i = 0; i < values; ++i) {
      // Any bit pattern, including NaN and infinities.
      double value = std::bit_cast<double>(bits(random));
      if (what == 1) value = constant;
      if (what == 2) value = std::nextafter(constant, random() % 2 == 0 ? kInfinity : -kInfinity);
      if (what == 3) value = constant * std::pow(10, exponent(random) / 1000);
      chart.series[0].points.push_back({static_cast<double>(i * (trial % 7)), value});
    }
    StepAxis axis{.first = 0, .last = static_cast<double>(values * (trial % 7))};
    if (trial % 11 == 0) axis = {std::bit_cast<double>(bits(random)), constant, constant};
    if (trial % 4 == 0) axis.best = trial;
    const std::string svg = LineChart(chart, axis);
    EXPECT_THAT(svg, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
    EXPECT_LE(Count(svg, "class=\"grid\""), 40);
    EXPECT_LE(Count(svg, "<text"), 40);
  }
}

TEST(LineChartTest, SharesTheAxisAndTheMarkOfTheBestStep) {
  const StepAxis axis{.first = 0, .last = 2000, .best = 1500};
  for (const std::string& svg :
       {LineChart({.title = "x", .series = {{"a", {{500, 1}, {1000, 2}}}}}, axis),
        ShareChart({.title = "x", .series = {{"a", {{500, 1}, {1000, 3}}}}}, axis),
        HeatMapChart({.title = "x", .distance = "back", .columns = {{1000, {0, 1}, {1, 0}}}},
                     axis)}) {
    EXPECT_THAT(svg, HasSubstr("<line class=\"best\" x1=\"75.00%\" x2=\"75.00%\""));
    EXPECT_THAT(svg, HasSubstr("best: step 1,500</text>"));
    EXPECT_THAT(svg, AllOf(HasSubstr(">1,500</text>"), HasSubstr(">2,000</text>"),
                           HasSubstr(">step</text>")));
    EXPECT_THAT(svg, AllOf(HasSubstr("<title>x</title>"), HasSubstr("<desc>"),
                           Not(HasSubstr("<desc></desc>"))));
  }
  // Points and marks outside of the axis are not drawn.
  const std::string svg =
      LineChart({.title = "x", .series = {{"a", {{1, 1}, {2, 2}, {3, 3}}}}}, {1, 2, 3});
  EXPECT_EQ(PointsOf(svg, "<polyline class=\"s0").size(), 2);
  EXPECT_THAT(svg, Not(HasSubstr("class=\"best\"")));
}

TEST(LineChartTest, NeighboringTicksHaveDifferentTexts) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> exponent(-30, 30), span(-5, 1);
  for (int trial = 0; trial < 300; ++trial) {
    const double value = std::pow(10, exponent(random));
    const std::string svg =
        LineChart(Of({value, value * (1 + std::pow(10, span(random)))}), kSteps);
    std::vector<std::string> texts;
    for (size_t at = 0;
         (at = svg.find("dy=\"4\" text-anchor=\"end\">", at)) != std::string::npos;) {
      at = svg.find('>', at) + 1;
      texts.push_back(svg.substr(at, svg.find('<', at) - at));
    }
    EXPECT_GE(texts.size(), 2u) << value;
    for (size_t i = 1; i < texts.size(); ++i) EXPECT_NE(texts[i - 1], texts[i]) << value;
    for (const std::string& text : texts) EXPECT_LE(text.size(), 10u) << text;
  }
}

TEST(HeatMapChartTest, HasRoundTicksAndDrawsTheBorderWhereItIsReached) {
  HeatMap map{.title = "x", .distance = "back", .columns = {}};
  std::vector<double> distances(66), near(66, 1), far(66, 1);
  for (size_t i = 0; i < distances.size(); ++i) distances[i] = static_cast<double>(i);
  far.back() = 1e-3;
  for (int step = 1; step <= 5; ++step)
    map.columns.push_back({step, distances, step == 2 || step == 4 ? far : near});
  const std::string svg = HeatMapChart(map, {.first = 0, .last = 5});
  for (const char* tick : {">0<", ">20<", ">40<", ">60<"}) EXPECT_THAT(svg, HasSubstr(tick));
  EXPECT_EQ(Count(svg, "<polyline class=\"s1\""), 2);
  EXPECT_THAT(svg, HasSubstr("all values above this line are below 0.01"));
  for (HeatColumn& column : map.columns) column.values = near;
  EXPECT_THAT(HeatMapChart(map, {.first = 0, .last = 5}), Not(HasSubstr("above this line")));
}

TEST(ShareChartTest, NamesOnlyPartsThatAreVisible) {
  const std::string svg = ShareChart(
      {.title = "x",
       .series = {{"a", {{1, 1}, {2, 3}}}, {"b", {{1, 3}, {2, 1}}}, {"wait", {{1, 0}, {2, 0}}}}},
      {.first = 0, .last = 2});
  EXPECT_THAT(svg, AllOf(HasSubstr(">b 50 %</span>"), Not(HasSubstr(">wait"))));
}

TEST(IsConstantTest, IgnoresRoundingErrors) {
  EXPECT_FALSE(IsConstant({}));
  EXPECT_TRUE(IsConstant({{1, 5}}));
  EXPECT_TRUE(IsConstant({{1, 0.1}, {2, std::nextafter(0.1, 1)}}));
  EXPECT_FALSE(IsConstant({{1, 0.1}, {2, 0.1001}}));
  EXPECT_TRUE(IsConstant({{1, 0}, {2, 0}}));
}

TEST(ShareChartTest, EmptyIfANumberIsMissing) {
  Chart chart;
  chart.series = {{"data", {{1, 1}, {2, 3}}}, {"forward", {{1, 1}, {2, 0}}}};
  EXPECT_THAT(ShareChart(chart, kSteps), HasSubstr("<polygon"));
  chart.series[1].points[1].value = kNan;
  EXPECT_EQ(ShareChart(chart, kSteps), "");
  chart.series[1].points.pop_back();
  EXPECT_EQ(ShareChart(chart, kSteps), "");
}

TEST(HeatMapChartTest, AcceptsAnyDistances) {
  HeatMap map;
  map.columns = {{.step = 1, .distances = {0, kInfinity}, .values = {1, 1}},
                 {.step = 2, .distances = {0, 1e300}, .values = {kNan, 0}},
                 {.step = 3, .distances = {0, kNan}, .values = {1, kInfinity}}};
  const std::string svg = HeatMapChart(map, kSteps);
  EXPECT_THAT(svg, HasSubstr("<path"));
  EXPECT_LE(Count(svg, "<text"), 20);
}

}  // namespace
}  // namespace elman
