#include "trainer/reporting/terminal_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "data/format/table_text.h"

namespace elman {
namespace {

// Returns what is printed on a terminal (`watched`) or elsewhere.
std::string Printed(bool watched, bool quiet, const std::function<void(TerminalLine*)>& print) {
  ::setenv("ELMAN_TERMINAL", watched ? "1" : "0", 1);
  TerminalLine line(quiet);
  ::unsetenv("ELMAN_TERMINAL");
  testing::internal::CaptureStderr();
  print(&line);
  return testing::internal::GetCapturedStderr();
}

void PrintAll(TerminalLine* line) {
  line->ShowProgress(4, 8, {{"half"}, {"done", 1}});
  line->PrintInfo("said");
  line->Print("kept");
}

TEST(TerminalLine, RedrawsInPlaceOnATerminal) {
  EXPECT_EQ(Printed(true, false, PrintAll),
            "\r\033[K[████████░░░░░░░░] half  done"
            "\r\033[Ksaid\n\r\033[Kkept\n");
}

TEST(TerminalLine, PrintsLinesToALog) {
  EXPECT_EQ(Printed(false, false, PrintAll), "half  done\nsaid\nkept\n");
}

TEST(TerminalLine, PrintsNothingIfQuiet) { EXPECT_EQ(Printed(false, true, PrintAll), "kept\n"); }

TEST(TerminalLine, WantsRedrawOnlyOnATerminal) {
  Printed(false, false, [](TerminalLine* line) { EXPECT_FALSE(line->WantsRedraw()); });
  Printed(true, false, [](TerminalLine* line) { EXPECT_TRUE(line->WantsRedraw()); });
}

// The bar is shortened first, then parts are left out; tokens/s and ETA stay.
TEST(TerminalLine, FitsTheProgressLine) {
  const std::vector<ProgressPart> parts = {
      {"epoch 3", 1},     {"step 120/4000"}, {"loss 5.1234"}, {"perplexity 167.90", 2},
      {"12345 tokens/s"}, {"MFU 0.88", 3},   {"ETA 1:05:09"}};
  const auto fitted = [&](size_t width) { return FittedProgress(1, 2, parts, width); };
  EXPECT_EQ(fitted(200),
            "[████████░░░░░░░░] epoch 3  step 120/4000  loss 5.1234  perplexity 167.90  12345 "
            "tokens/s  MFU 0.88  ETA 1:05:09");
  EXPECT_EQ(
      fitted(100),
      "[██░░] epoch 3  step 120/4000  loss 5.1234  perplexity 167.90  12345 tokens/s  MFU 0.88  "
      "ETA 1:05:09");
  EXPECT_EQ(fitted(79),
            "[██████░░░░░░] epoch 3  step 120/4000  loss 5.1234  12345 tokens/s  ETA 1:05:09");
  EXPECT_EQ(fitted(60), "step 120/4000  loss 5.1234  12345 tokens/s  ETA 1:05:09");
  for (size_t width = 10; width < 130; ++width) {
    EXPECT_LE(DisplayWidth(fitted(width)), width);
    if (width >= 55) {
      EXPECT_THAT(fitted(width), testing::AllOf(testing::HasSubstr("  12345 tokens/s  "),
                                                testing::EndsWith("ETA 1:05:09")));
    }
  }
}

TEST(TerminalLine, WrapsBetweenWords) {
  ::setenv("ELMAN_COLUMNS", "30", 1);
  const auto say = [](TerminalLine* line) {
    line->PrintInfo("hint: this line is longer than thirty");
  };
  EXPECT_EQ(Printed(true, false, say), "\r\033[Khint: this line is longer than\n    thirty\n");
  EXPECT_EQ(Printed(false, false, say), "hint: this line is longer than thirty\n");
  EXPECT_EQ(
      Printed(true, false,
              [](TerminalLine* line) { line->SayAsIs("next: command with many more words"); }),
      "\r\033[Knext: command with many more words\n");
  for (const char* odd : {"", "x", "-1", "99999999999"}) {
    ::setenv("ELMAN_COLUMNS", odd, 1);
    Printed(true, false, [](TerminalLine* line) { EXPECT_EQ(line->width(), 80u); });
  }
  ::unsetenv("ELMAN_COLUMNS");
}

}  // namespace
}  // namespace elman
