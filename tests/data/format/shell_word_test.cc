#include "data/format/shell_word.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace elman {
namespace {

TEST(ShellWordTest, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(ShellWord("run/mine-1_a.b,c:d=e"), "run/mine-1_a.b,c:d=e");
  EXPECT_EQ(ShellWord("my run"), "'my run'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

TEST(ShellWordTest, AShellReadsBackTheText) {
  for (const std::string text : {"a b", "$HOME `ls` \"x\" ;&|<>(){}*?[]!~#\\", "it's", "é,\t\n-"}) {
    std::FILE* shell = ::popen(("printf %s. " + ShellWord(text)).c_str(), "r");
    ASSERT_NE(shell, nullptr);
    std::array<char, 200> read{};
    const size_t count = std::fread(read.data(), 1, read.size(), shell);
    ::pclose(shell);
    EXPECT_EQ(std::string(read.data(), count), text + ".");
  }
}

TEST(CommandOnTest, NamesTheFiles) {
  EXPECT_EQ(CommandOn("unzip -p FILE > TEXT", "a.zip"), "unzip -p a.zip > a.zip.txt");
  EXPECT_EQ(CommandOn("tr a b < FILE > TEXT", "my file"), "tr a b < 'my file' > 'my file.txt'");
  EXPECT_EQ(CommandOn("unzip -p FILE > TEXT", "-"), "unzip -p FILE > TEXT");
}

}  // namespace
}  // namespace elman
