#include "data/format/utf8.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (char32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    std::string text;
    AppendUtf8(code, &text);
    const DecodedCharacter character = DecodeUtf8(text);
    ASSERT_TRUE(character.valid) << std::hex << static_cast<uint32_t>(code);
    ASSERT_EQ(character.code, code);
    ASSERT_EQ(character.size, static_cast<int>(text.size()));
    ASSERT_TRUE(IsValidUtf8(text));
  }
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  const std::string cases[] = {
      "\x80",              // continuation byte alone
      "\xbf",              //
      "\xc0\xaf",          // overlong slash
      "\xc1\xbf",          // overlong
      "\xe0\x80\xaf",      // overlong with three bytes
      "\xf0\x80\x80\xaf",  // overlong with four bytes
      "\xed\xa0\x80",      // surrogate
      "\xed\xbf\xbf",      // surrogate
      "\xf4\x90\x80\x80",  // above U+10FFFF
      "\xf8\x88\x80\x80\x80",
      "\xfe",
      "\xff",
      "\xc3",      // truncated
      "\xe2\x82",  //
      "\xf0\x9f\x98",
  };
  for (const std::string& bytes : cases) {
    EXPECT_FALSE(IsValidUtf8(bytes)) << testing::PrintToString(bytes);
    EXPECT_FALSE(IsValidUtf8("plain ascii text " + bytes + " and more"));
    EXPECT_TRUE(IsValidUtf8(ReplaceInvalidUtf8("a" + bytes + "b")));
  }
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8(std::string("\0", 1)));
}

TEST(Utf8, ReplacesTheLongestStartOfACharacterByOneMark) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(ReplaceInvalidUtf8("a\xe2\x82z"), "a" + mark + "z");
  EXPECT_EQ(ReplaceInvalidUtf8("\xc0\xaf"), mark + mark);
  // The example of the Unicode standard, section 3.9.
  EXPECT_EQ(ReplaceInvalidUtf8("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
            "a" + mark + mark + mark + "b" + mark + "c" + mark + mark + "d");
  EXPECT_EQ(ReplaceInvalidUtf8("unchanged \xc3\xa9"), "unchanged \xc3\xa9");
}

TEST(Utf8, EscapesWhatTerminalsCannotShow) {
  EXPECT_EQ(EscapeUnprintable("as it is: \t'\\\" \xc3\xa9"), "as it is: \t'\\\" \xc3\xa9");
  EXPECT_EQ(EscapeUnprintable("a\x1b[2J\x7f"
                              "b"),
            "a\\x1b[2J\\x7f"
            "b");
  EXPECT_EQ(EscapeUnprintable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(EscapeUnprintable("\xff\xe2\x82z"), "\\xff\\xe2\\x82z");
  EXPECT_EQ(EscapeUnprintable("\xc2\x9b"), "\\xc2\\x9b");  // a C1 control character
}

}  // namespace
}  // namespace elman
