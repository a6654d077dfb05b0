// The frame of every program: flags, --help, --version, one-line errors and the exit status.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "data/command_line/command_line.h"

namespace elman {

// An example in the output of --help.
struct Example {
  std::string_view purpose;  // such as "Scores a run on the test split"
  std::string_view command;  // as typed; may have several lines
};

// The texts of a program for --help. The man page is made from the output of --help.
struct Program {
  std::string_view name;     // such as "elman-inspect"
  std::string_view purpose;  // completes "NAME - ": "shows and verifies ..."
  std::string_view usage;    // one command per line
  // Paragraphs, separated by empty lines. They are wrapped, except lines that begin with two
  // spaces.
  std::string_view description;
  std::span<const Example> examples;
  std::string_view main_file;  // __FILE__ of the file that defines the flags
  // As in ParseCommandLine; may be null.
  std::string (*explain)(std::string_view name, std::string_view value) = nullptr;
};

// The output of --help: at most 80 columns, in the format that launch/cmake/man_page reads.
std::string HelpText(const Program& program);

// Parses the command line, calls `check` (its failure is a usage error) and then `run`. Returns the
// exit status. It is kExitUsage also if `run` returns a usage error (flag_groups.h).
int RunProgram(const Program& program, int argc, char** argv,
               const std::function<absl::Status(const CommandLine&)>& check,
               const std::function<absl::Status(const CommandLine&)>& run);

// Prints the output of --help or --version if one of them was given. Returns whether it did.
bool PrintHelpOrVersion(const Program& program, const CommandLine& command_line);

// InvalidArgument if the command line has arguments that are not flags.
absl::Status ExpectNoArguments(const CommandLine& command_line);

// InvalidArgument if the value of a required flag is empty. `wanted` is an example for the message:
// "--data=FOLDER".
absl::Status ExpectFlag(std::string_view value, std::string_view wanted);

// InvalidArgument unless the value of --format is "text" or "json".
absl::Status ExpectFormat(std::string_view value);
// Whether the value of --format is "json".
bool IsJson(std::string_view format);

}  // namespace elman
