// Command lines on top of absl::Flag: one-line errors, exit status 2, and nothing but the program's
// own flags.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace elman {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;  // the command line or the configuration is wrong

// The value of a flag that may be given several times, each time with another text.
struct RepeatedText {
  std::vector<std::string> texts;
};
bool AbslParseFlag(absl::string_view value, RepeatedText* flag, std::string* error);
std::string AbslUnparseFlag(const RepeatedText& flag);

struct CommandLine {
  std::vector<std::string> arguments;  // what is not a flag, in order
  std::set<std::string> given;         // the names of the flags that were set
  std::set<std::string> known;         // the names of all flags of the program
  bool help = false;                   // --help was given
  bool version = false;                // --version was given
};

// Sets the flags named in argv: --name=value, --name value, --flag and --noflag for booleans; "--"
// ends the flags. Only flags defined in `main_file` (pass __FILE__) are accepted; an unknown flag
// is an error that names the nearest known one, if one is near. Of one that is not known and not
// near, `explain` (null: nobody) says what it may be instead, from its name and value; empty: it
// does not know.
using FlagExplainer = std::function<std::string(std::string_view name, std::string_view value)>;
absl::StatusOr<CommandLine> ParseCommandLine(int argc, char** argv, std::string_view main_file,
                                             const FlagExplainer& explain = nullptr);

// InvalidArgument for an argument without dashes that names a flag, such as "data=FOLDER", and no
// file.
absl::Status ExpectNoFlagWithoutDashes(const CommandLine& command_line);

// A flag as --help shows it.
struct FlagDescription {
  std::string name;
  std::string value;    // what stands behind "=", such as FILE or N; empty: the flag takes no value
  std::string meaning;  // the help text, without backquotes and what is named before it
  std::string initial;  // its default, empty where there is none
};

// The flags defined in `main_file`, in alphabetical order. A help text names its value in
// backquotes, before all else ("`FILE` The source.") or by one of its words ("The `FILE` to
// read."); otherwise it is N, X or TEXT by its type.
std::vector<FlagDescription> DescribeFlags(std::string_view main_file);

// Prints "PROGRAM: error: MESSAGE", on one line, to standard error. Bytes that a terminal cannot
// show are escaped.
void PrintError(std::string_view program, const absl::Status& status);

}  // namespace elman
