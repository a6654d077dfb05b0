#include "data/format/table_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using testing::ElementsAre;

TEST(TableTextTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("café"), 4u);
  EXPECT_EQ(DisplayWidth("cafe\u0301"), 4u);  // a combining acute accent
  EXPECT_EQ(DisplayWidth("東京"), 4u);
  EXPECT_EQ(DisplayWidth("한국"), 4u);
  EXPECT_EQ(DisplayWidth("ｶﾅ"), 2u);  // half-width
  EXPECT_EQ(DisplayWidth("😀"), 2u);
  EXPECT_EQ(DisplayWidth("\u200b"), 0u);
  EXPECT_EQ(DisplayWidth("\xff"
                         "a"),
            2u);
}

TEST(TableTextTest, PadsToAWidth) {
  EXPECT_EQ(LeftAligned("東", 4) + "|", "東  |");
  EXPECT_EQ(LeftAligned("é", 3) + "|", "é  |");
  EXPECT_EQ(RightAligned("é", 3), "  é");
  EXPECT_EQ(LeftAligned("long", 2), "long");
}

TEST(TableTextTest, SortsAlignsAndPrintsShares) {
  EXPECT_THAT(CountLines({{"é", 5}, {"東京", 1490}, {"b", 5}, {"a\n", 0}}, "labels"),
              ElementsAre("東京  1,490   99.3 %", "b         5    0.3 %", "é         5    0.3 %",
                          "a\\n       0    0.0 %"));
  EXPECT_THAT(CountLines({}, "labels"), ElementsAre());
  EXPECT_THAT(CountLines({{"a", 0}}, "labels"), ElementsAre("a  0    0.0 %"));
}

TEST(TableTextTest, ShortensByColumns) {
  EXPECT_EQ(Shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(Shortened("abcdefg", 6), "abc...");
  EXPECT_EQ(Shortened("東京東京", 8), "東京東京");
  EXPECT_EQ(Shortened("東京東京", 7), "東京...");
  EXPECT_EQ(Shortened("東京東京", 6), "東...");
  EXPECT_EQ(Shortened("abc", 2), "..");
  for (const std::string& line : CountLines({{std::string(300, 'x'), 5}}, "labels"))
    EXPECT_LE(DisplayWidth(line), kReportWidth);
}

TEST(TableTextTest, WrapsBetweenWords) {
  EXPECT_EQ(WrappedText("one two three four\n  five\n", 10),
            "one two\n    three\n    four\n  five\n");
  EXPECT_EQ(WrappedText("東京 東京 東京", 9), "東京 東京\n    東京");
  EXPECT_EQ(WrappedText("  averylongword and", 8), "  averylongword\n    and");
  EXPECT_EQ(WrappedText("", 8), "");
  EXPECT_EQ(WrappedText("exactly 10", 10), "exactly 10");
}

TEST(TableTextTest, SumsUpTheRestOfMany) {
  std::vector<NamedCount> counts;
  for (uint64_t i = 0; i < 22; ++i) counts.push_back({"l" + std::to_string(i), 100 - i});
  const auto lines = CountLines(counts, "labels");
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_THAT(lines.back(), testing::HasSubstr("2 more labels  159"));
  counts.pop_back();
  EXPECT_THAT(CountLines(counts, "labels").back(), testing::HasSubstr("l20"));
}

}  // namespace
}  // namespace elman
