#include "data/io/program.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

bool PrintHelpOrVersion(const Program& program, const CommandLine& command_line) {
  if (command_line.help) {
    std::fputs(UsageText(program.summary, program.main_file).c_str(), stdout);
  } else if (command_line.version) {
    std::printf("%.*s %s\n", static_cast<int>(program.name.size()), program.name.data(),
                ELMAN_VERSION);
  }
  return command_line.help || command_line.version;
}

int RunProgram(const Program& program, int argc, char** argv,
               const std::function<absl::Status(const CommandLine&)>& check,
               const std::function<absl::Status(const CommandLine&)>& run) {
  const absl::StatusOr<CommandLine> command_line = ParseCommandLine(argc, argv, program.main_file);
  if (command_line.ok() && PrintHelpOrVersion(program, *command_line)) return kExitDone;
  if (const absl::Status usage = command_line.ok() ? check(*command_line) : command_line.status();
      !usage.ok()) {
    PrintError(program.name, usage);
    return kExitUsage;
  }
  if (const absl::Status status = run(*command_line); !status.ok()) {
    PrintError(program.name, status);
    return kExitFailed;
  }
  return kExitDone;
}

absl::Status ExpectNoArguments(const CommandLine& command_line) {
  if (command_line.arguments.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", command_line.arguments[0], "' is not a flag; see --help"));
}

absl::Status ExpectFlag(std::string_view value, std::string_view wanted) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(View(wanted), " is missing"));
}

absl::Status ExpectFormat(std::string_view value) {
  if (value == "text" || value == "json") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--format=", View(value), ": it is text or json"));
}

}  // namespace elman
