#include "data/format/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace elman {
namespace {

std::vector<std::string> Graphemes(std::string_view text) {
  std::vector<std::string> clusters;
  while (!text.empty()) {
    const size_t size = GraphemeSize(text);
    clusters.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return clusters;
}

// Each of these is one character for its readers.
TEST(GraphemeSizeTest, KeepsGraphemeClustersTogether) {
  const std::vector<std::string> clusters = {
      "a",
      "e\u0301",                                                           // combining mark
      "e\u0301\u0302\u0303",                                               // several
      "\u0e01\u0e33",                                                      // Thai vowel sign
      "\u0928\u093f",                                                      // Devanagari vowel sign
      "❤\ufe0f",                                                           // variation selector
      "#\ufe0f\u20e3",                                                     // keycap
      "👍🏽",                                                          // skin tone
      "👩\u200d👩\u200d👧\u200d👦",                                            // family, by joiners
      "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  // flag of England
      "🇫🇷",                  // two regional indicators
      "🇩🇪",                  // a new flag after two indicators
      "\u1112\u1161\u11ab",  // jamo: leading, vowel, trailing
      "\uac00\u11a8",        // syllable and trailing jamo
      "\r\n",
      "\r",
      "北",
      "z",
  };
  std::string text;
  for (const std::string& cluster : clusters) text += cluster;
  EXPECT_EQ(Graphemes(text), clusters);
}

TEST(GraphemeSizeTest, SeparatesBytesThatAreNotUtf8) {
  EXPECT_EQ(GraphemeSize("e\xcc\x81\xff"), 3u);
  EXPECT_EQ(GraphemeSize("e\xff\xcc\x81"), 1u);
}

TEST(GraphemeSizeTest, IsBounded) {
  std::string text = "a";
  for (int i = 0; i < 1000; ++i) text += "\u0301";
  for (const std::string& cluster : Graphemes(text)) EXPECT_LE(cluster.size(), kMaxGraphemeBytes);
  EXPECT_EQ(GraphemeSize(text), 127u);
}

TEST(UnicodeTest, KnowsItsCategories) {
  EXPECT_TRUE(IsUnicodeSpace(0x3000) && IsUnicodeSpace(0x2028) && IsUnicodeSpace(0x85));
  EXPECT_FALSE(IsUnicodeSpace(0x200b) || IsUnicodeSpace('a') || IsUnicodeSpace(0));
  EXPECT_TRUE(IsUnicodePunctuation(0x3002) && IsUnicodePunctuation('_'));
  EXPECT_FALSE(IsUnicodePunctuation(0x20ac) || IsUnicodePunctuation('a'));
  EXPECT_TRUE(IsUnicodeControl(0x200d) && IsUnicodeControl(0xe000) && IsUnicodeControl(7));
  EXPECT_TRUE(IsNonspacingMark(0x301) && !IsNonspacingMark(0x903));
  std::u32string decomposed;
  Decompose(0x1ed7, &decomposed);  // o with circumflex and tilde
  EXPECT_EQ(decomposed, U"o\u0302\u0303");
  Decompose(0xd55c, &decomposed);
  EXPECT_EQ(decomposed, U"\u1112\u1161\u11ab");
  Decompose('x', &decomposed);
  EXPECT_EQ(decomposed, U"x");
  EXPECT_GE(UnicodeVersion(), "15.0.0");
}

}  // namespace
}  // namespace elman
