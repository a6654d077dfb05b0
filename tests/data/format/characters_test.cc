#include "data/format/characters.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(ClassOf, DistinguishesClasses) {
  for (const char32_t code :
       {U'a', U'Z', U'é', U'я', U'ß', U'あ', U'ก', U'\u0301', U'\u200d', U'٣', U'½'}) {
    EXPECT_EQ(ClassOf(code), CharacterClass::kLetter) << static_cast<uint32_t>(code);
  }
  for (const char32_t code : {U'0', U'9'}) EXPECT_EQ(ClassOf(code), CharacterClass::kDigit);
  for (const char32_t code : {U'我', U'〇', U'\U00020000'}) {
    EXPECT_EQ(ClassOf(code), CharacterClass::kIdeograph) << static_cast<uint32_t>(code);
  }
  for (const char32_t code : {U'.', U'\'', U'-', U'_', U'$', U'+', U'<', U'—', U'“', U'¿', U'。',
                              U'€', U'،', U'।', U'😀'}) {
    EXPECT_EQ(ClassOf(code), CharacterClass::kPunctuation) << static_cast<uint32_t>(code);
  }
  for (const char32_t code : {U' ', U'\t', U'\u00a0', U'\u3000', U'\u2028'}) {
    EXPECT_EQ(ClassOf(code), CharacterClass::kSpace) << static_cast<uint32_t>(code);
  }
}

TEST(LowerCase, MapsOneForOne) {
  EXPECT_EQ(LowerCase("Hello, WORLD 42!"), "hello, world 42!");
  EXPECT_EQ(LowerCase("ÀÉÎÕÜ Ÿ Ž ΑΒΓΣ ПРИВЕТ Ա Ǆ Ⅷ Ⓐ"), "àéîõü ÿ ž αβγσ привет ա ǆ ⅷ ⓐ");
  EXPECT_EQ(LowerCase("İI"), "ii");
  EXPECT_EQ(LowerCase("ẞ"), "ß");
  EXPECT_EQ(LowerCase("ꞋჀ𐐀"), "ꞌⴠ𐐨");
  EXPECT_EQ(LowerCase("déjà 我"), "déjà 我");
}

TEST(LowerCase, KeepsBytesThatAreNotUtf8) { EXPECT_EQ(LowerCase("A\xff\xc3Z"), "a\xff\xc3z"); }

TEST(LowerCase, IsIdempotent) {
  for (char32_t code = 0; code < 0x20000; ++code) {
    ASSERT_EQ(LowerCase(LowerCase(code)), LowerCase(code)) << static_cast<uint32_t>(code);
  }
}

TEST(CountWords, CountsWordsSeparatedByAsciiWhitespace) {
  EXPECT_EQ(CountWords(""), 0u);
  EXPECT_EQ(CountWords(" \t\r\n\v\f"), 0u);
  EXPECT_EQ(CountWords("a"), 1u);
  EXPECT_EQ(CountWords(" two\twords "), 2u);
  EXPECT_EQ(CountWords("no\xc2\xa0"
                       "break"),
            1u);
}

}  // namespace
}  // namespace elman
