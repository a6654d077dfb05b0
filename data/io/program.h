// What every program does around its work: flags, --help, --version, errors on one line, exit
// status.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "data/io/command_line.h"

namespace elman {

struct Program {
  std::string_view name;       // "elman-inspect"
  std::string_view summary;    // usage and one sentence, the head of --help
  std::string_view main_file;  // __FILE__ of the file that defines the flags
};

// Parses the command line, has `check` judge it (a failure is a usage error) and runs `run`.
// Returns the exit status.
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

// InvalidArgument unless the value of --format is "text" or "json".
absl::Status ExpectFormat(std::string_view value);

}  // namespace elman
