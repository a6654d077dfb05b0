#include "trainer/reporting/terminal_line.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>

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
  line->ShowProgress(4, 8, "half");
  line->Say("said");
  line->Print("kept");
}

TEST(TerminalLine, RedrawsInPlaceOnATerminal) {
  EXPECT_EQ(Printed(true, false, PrintAll),
            "\r\033[K[████████░░░░░░░░] half"
            "\r\033[Ksaid\n\r\033[Kkept\n");
}

TEST(TerminalLine, PrintsLinesToALog) {
  EXPECT_EQ(Printed(false, false, PrintAll), "half\nsaid\nkept\n");
}

TEST(TerminalLine, PrintsNothingIfQuiet) { EXPECT_EQ(Printed(false, true, PrintAll), "kept\n"); }

TEST(TerminalLine, WantsRedrawOnlyOnATerminal) {
  Printed(false, false, [](TerminalLine* line) { EXPECT_FALSE(line->WantsRedraw()); });
  Printed(true, false, [](TerminalLine* line) { EXPECT_TRUE(line->WantsRedraw()); });
}

}  // namespace
}  // namespace elman
