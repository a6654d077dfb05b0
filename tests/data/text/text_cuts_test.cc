#include "data/text/text_cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace elman {
namespace {

size_t At(const std::optional<TextCut>& cut) { return cut ? cut->at : ~size_t{0}; }

TEST(CutBetweenLines, CutsAfterTheFirstLineFeed) {
  EXPECT_EQ(At(CutBetweenLines("one\ntwo\n", 1, true)), 4u);
  EXPECT_EQ(At(CutBetweenLines("one\ntwo\n", 3, true)), 4u);  // a line begins with the part
  EXPECT_EQ(At(CutBetweenLines("one\ntwo\n", 4, true)), 8u);
}

TEST(CutBetweenLines, MayNeedLaterText) {
  EXPECT_FALSE(CutBetweenLines("one\ntwo", 4, true));
  EXPECT_EQ(At(CutBetweenLines("one\ntwo", 4, false)), 7u);
}

TEST(CutBetweenLines, CutsALineThatExtendsOverThePart) {
  std::string text(1 + kChunkBytes + 10, 'x');
  EXPECT_EQ(At(CutBetweenLines(text, 0, true)), 1u);
  EXPECT_TRUE(CutBetweenLines(text, 0, true)->amid_line);
  text[500] = ' ';
  EXPECT_EQ(At(CutBetweenLines(text, 0, true)), 500u);
  text[kChunkBytes] = '\n';  // the last byte of the part
  EXPECT_EQ(At(CutBetweenLines(text, 0, true)), kChunkBytes + 1);
  EXPECT_FALSE(CutBetweenLines(text, 0, true)->amid_line);
}

TEST(CutBetweenSentences, CutsAfterTheFirstEmptyLine) {
  EXPECT_EQ(At(CutBetweenSentences("a\nb\n\nc\n", 0, true)), 5u);
  EXPECT_EQ(At(CutBetweenSentences("a\nb\n \r\nc\n", 1, true)), 7u);
  // The line feed at 3 ends a line of the previous part; the one at 4 is an empty line.
  EXPECT_EQ(At(CutBetweenSentences("a\nb\n\nc\n\n", 3, true)), 5u);
  EXPECT_EQ(At(CutBetweenSentences("a\nb\n\nc\n\n", 4, true)), 8u);
  EXPECT_FALSE(CutBetweenSentences("a\nb\n", 0, true));
  EXPECT_EQ(At(CutBetweenSentences("a\nb\n", 0, false)), 4u);
}

// The cut does not depend on how much of the text is available.
TEST(CutBetweenSentences, CutsAtTheLimitWithoutAnEmptyLine) {
  std::string text;
  while (text.size() < kMaxCutBytes) text += "word\tTAG\n";
  text += "word\tTAG\n\nword\n";
  for (size_t size = 1 + kMaxCutBytes; size <= text.size(); ++size)
    EXPECT_EQ(At(CutBetweenSentences(text.substr(0, size), 0, true)), 1 + kMaxCutBytes);
}

}  // namespace
}  // namespace elman
