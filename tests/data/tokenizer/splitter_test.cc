#include "data/tokenizer/splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string_view> Split(Splitter splitter, std::string_view line) {
  std::vector<std::string_view> pieces;
  splitter(line, &pieces);
  return pieces;
}

TEST(SplitWords, SeparatesPunctuation) {
  EXPECT_THAT(Split(SplitWords, "I arrive at Beijing from Xiamen."),
              ElementsAre("I", "arrive", "at", "Beijing", "from", "Xiamen", "."));
  EXPECT_THAT(Split(SplitWords, "“Well,” (she) said..."),
              ElementsAre("“", "Well", ",", "”", "(", "she", ")", "said", ".", ".", "."));
  EXPECT_THAT(Split(SplitWords, "a-b_c/d"), ElementsAre("a", "-", "b", "_", "c", "/", "d"));
  EXPECT_THAT(Split(SplitWords, "U.S. e.g."), ElementsAre("U", ".", "S", ".", "e", ".", "g", "."));
  EXPECT_THAT(Split(SplitWords, "<unk>"), ElementsAre("<", "unk", ">"));
}

TEST(SplitWords, KeepsApostrophesBetweenLettersAndPointsBetweenDigits) {
  EXPECT_THAT(Split(SplitWords, "don't can’t 'tis dogs' rock'n'roll"),
              ElementsAre("don't", "can’t", "'", "tis", "dogs", "'", "rock'n'roll"));
  EXPECT_THAT(
      Split(SplitWords, "3.14 1,000,000 7. .5 90's 1..2"),
      ElementsAre("3.14", "1,000,000", "7", ".", ".", "5", "90", "'", "s", "1", ".", ".", "2"));
  EXPECT_THAT(Split(SplitWords, "a,b a''b"), ElementsAre("a", ",", "b", "a", "'", "'", "b"));
}

TEST(SplitWords, SplitsOtherScripts) {
  EXPECT_THAT(Split(SplitWords, "我来到北京。"), ElementsAre("我", "来", "到", "北", "京", "。"));
  EXPECT_THAT(Split(SplitWords, "iPhone手机12"), ElementsAre("iPhone", "手", "机", "12"));
  EXPECT_THAT(Split(SplitWords, "Привет, мир! नमस्ते।"),
              ElementsAre("Привет", ",", "мир", "!", "नमस्ते", "।"));
  EXPECT_THAT(Split(SplitWords, "cafe\u0301 no\u00a0break 😀😀"),
              ElementsAre("cafe\u0301", "no", "break", "😀", "😀"));
}

TEST(SplitWords, KeepsInvalidBytesInsideTheirWord) {
  EXPECT_THAT(Split(SplitWords,
                    "a\xff"
                    "b c\xc3"),
              ElementsAre("a\xff"
                          "b",
                          "c\xc3"));
  EXPECT_THAT(Split(SplitWords, " \t "), IsEmpty());
}

TEST(SplitAtWhitespace, KeepsTextUnchanged) {
  EXPECT_THAT(Split(SplitAtWhitespace, " the <unk> , \t@-@ end . "),
              ElementsAre("the", "<unk>", ",", "@-@", "end", "."));
  EXPECT_THAT(Split(SplitAtWhitespace, "a\u00a0b c"), ElementsAre("a\u00a0b", "c"));
  EXPECT_THAT(Split(SplitAtWhitespace, ""), IsEmpty());
}

TEST(SplitAtWhitespace, TreatsReservedPiecesAsUnknownWords) {
  EXPECT_THAT(Split(SplitAtWhitespace, "<s> a </s> <pad> <sun>"),
              ElementsAre("<unk>", "a", "<unk>", "<unk>", "<sun>"));
}

TEST(SplitCharacters, SplitsIntoGraphemeClusters) {
  EXPECT_THAT(Split(SplitCharacters, "ae\u0301👩\u200d👧🇫🇷🇩🇪\u0301"),
              ElementsAre("a", "e\u0301", "👩\u200d👧", "🇫🇷", "🇩🇪\u0301"));
  EXPECT_THAT(Split(SplitCharacters, "e\xff\u0301"), ElementsAre("e", "\ufffd", "\u0301"));
  EXPECT_THAT(Split(SplitCharacters, "aé 我😀"), ElementsAre("a", "é", " ", "我", "😀"));
  EXPECT_THAT(Split(SplitCharacters, "a\xff\xe2\x82z"), ElementsAre("a", "\ufffd", "\ufffd", "z"));
  EXPECT_THAT(Split(SplitCharacters, ""), IsEmpty());
}

}  // namespace
}  // namespace elman
