// What every program does around its work: flags, --help, --version, errors on one line, exit
// status.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "data/command_line/command_line.h"

namespace elman {

struct Example {
  std::string_view purpose;  // "Scores a run on the test split"
  std::string_view command;  // as typed, over several lines if need be
};

// What a program says of itself. Its man page is made of what --help prints.
struct Program {
  std::string_view name;     // "elman-inspect"
  std::string_view purpose;  // a phrase that goes on from "NAME - ": "shows and verifies ..."
  std::string_view usage;    // command lines, one a line
  // Paragraphs, with an empty line between them, are filled; lines that begin with two spaces stay
  // as they are.
  std::string_view description;
  std::span<const Example> examples;
  std::string_view main_file;  // __FILE__ of the file that defines the flags
};

// What --help prints: at most 80 columns, in the frame that launch/cmake/man_page reads.
std::string HelpText(const Program& program);

// Parses the command line, has `check` judge it (a failure is a usage error) and runs `run`.
// Returns the exit status: kExitUsage also where `run` fails with a usage error (flag_groups.h).
int RunProgram(const Program& program, int argc, char** argv,
               const std::function<absl::Status(const CommandLine&)>& check,
               const std::function<absl::Status(const CommandLine&)>& run);

// Prints what --help or --version ask for; false if neither was given.
bool PrintHelpOrVersion(const Program& program, const CommandLine& command_line);

// InvalidArgument if there is anything but flags on the command line.
absl::Status ExpectNoArguments(const CommandLine& command_line);

// InvalidArgument if the value of a flag that must be given is empty. `wanted` shows what to write:
// "--data=FOLDER".
absl::Status ExpectFlag(std::string_view value, std::string_view wanted);

// InvalidArgument unless the value of --format is "text" or "json"; whether it is "json".
absl::Status ExpectFormat(std::string_view value);
bool IsJson(std::string_view format);

}  // namespace elman
