#include "data/command_line/program.h"

#include "absl/flags/flag.h"
#include "tests/support/scratch.h"

ABSL_FLAG(std::string, source, "",
          "the `FILE` to read, of which this says so much that it does not fit on one line of it");
ABSL_FLAG(double, weight, 0.5, "How much.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Weighs a file", "elman-weigh --source=a.txt \\\n    --weight=2"}};
constexpr Program kProgram = {
    .name = "elman-weigh",
    .purpose = "weighs files",
    .usage = "elman-weigh --source=FILE [OPTION...]\nelman-weigh --weight=X",
    .description =
        "Weighs what is given to it, and says so in a line that is longer than one of a "
        "terminal.\n\nFormats:\n  heavy  as it is",
    .examples = kExamples,
    .main_file = __FILE__};

TEST(ProgramTest, HelpHasTheSameFormatForEveryProgram) {
  EXPECT_EQ(HelpText(kProgram),
            R"(elman-weigh - weighs files

Usage:
  elman-weigh --source=FILE [OPTION...]
  elman-weigh --weight=X

Weighs what is given to it, and says so in a line that is longer than one of a
terminal.

Formats:
  heavy  as it is

Options:
  --source=FILE
      The FILE to read, of which this says so much that it does not fit on one
      line of it.
  --weight=X
      How much. Default: 0.5.
  --help
      Prints this text.
  --version
      Prints the version.

Examples:
  Weighs a file:
    elman-weigh --source=a.txt \
        --weight=2

Exit status:
  0  done
  1  the job failed
  2  the command line or the configuration is wrong
)");
}

}  // namespace
}  // namespace elman
