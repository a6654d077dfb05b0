// Parses command lines with absl::Flag. Errors are one line with exit status 2, and only flags of
// the program itself are accepted.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace elman {

// Exit statuses of all programs.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;  // wrong command line or configuration

// The value of a flag that may be given several times, each time with another text.
struct RepeatedText {
  std::vector<std::string> texts;
};
bool AbslParseFlag(absl::string_view value, RepeatedText* flag, std::string* error);
std::string AbslUnparseFlag(const RepeatedText& flag);

// A parsed command line.
struct CommandLine {
  std::vector<std::string> arguments;              // arguments that are not flags, in order
  std::set<std::string> given;                     // names of the flags that were set
  std::map<std::string, std::string> values = {};  // their values, as typed
  std::set<std::string> known;                     // names of all flags of the program
  bool help = false;                               // --help was given
  bool version = false;                            // --version was given
};

// Returns a hint for an unknown flag from its name and value, or an empty text.
using FlagExplainer = std::function<std::string(std::string_view name, std::string_view value)>;

// Sets the flags of argv: --name=value, --name value, and --flag and --noflag for booleans; "--"
// ends the flags. Only flags that are defined in `main_file` (pass __FILE__) are accepted. The
// error for an unknown flag suggests, in this order: the flag for what other tools call so; a flag
// of which it is a clear typo; the hint of `explain`, unless that is null; other flags with a
// similar name, or of which the name is a part.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, char** argv, std::string_view main_file,
                                             const FlagExplainer& explain = nullptr);

// InvalidArgument for an argument without dashes that names a flag, such as "data=FOLDER", and is
// not the name of a file; and for one that begins with a long dash instead of two hyphens.
absl::Status ExpectNoFlagWithoutDashes(const CommandLine& command_line);

// A flag as printed by --help.
struct FlagDescription {
  std::string name;
  std::string value;  // placeholder after "=", such as FILE or N; empty: the flag takes no value
  // The help text without backquotes and without a placeholder at its beginning.
  std::string meaning;
  std::string initial;  // default value; empty if there is none
};

// The flags defined in `main_file`, in alphabetical order. A help text gives the placeholder of the
// value in backquotes, at its beginning ("`FILE` The source.") or within it ("The `FILE` to
// read."). Without one, the placeholder is N, X or TEXT, depending on the type.
std::vector<FlagDescription> DescribeFlags(std::string_view main_file);

// Prints "PROGRAM: error: MESSAGE" on one line to standard error. Unprintable bytes are escaped.
void PrintError(std::string_view program, const absl::Status& status);

}  // namespace elman
