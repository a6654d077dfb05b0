#include "data/command_line/program.h"

#include <cfenv>
#include <cstdio>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/flag_paths.h"
#include "data/command_line/process_guard.h"
#include "data/format/named_values.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr size_t kColumns = 80;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// Wraps the words of `text` into lines that begin with `indent` spaces.
std::string Filled(std::string_view text, size_t indent) {
  std::string filled;
  size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(View(text), ' ', absl::SkipEmpty())) {
    if (column > 0 && column + 1 + word.size() <= kColumns) {
      filled += ' ';
      ++column;
    } else {
      absl::StrAppend(&filled, column > 0 ? "\n" : "", std::string(indent, ' '));
      column = indent;
    }
    absl::StrAppend(&filled, word);
    column += word.size();
  }
  return absl::StrCat(filled, "\n");
}

// Adds `indent` spaces before every line of `text`.
std::string Indented(std::string_view text, size_t indent) {
  const std::string spaces(indent, ' ');
  return absl::StrCat(spaces, absl::StrReplaceAll(View(text), {{"\n", "\n" + spaces}}), "\n");
}

std::string Paragraphs(std::string_view text) {
  std::string paragraphs;
  for (const absl::string_view line : absl::StrSplit(View(text), '\n')) {
    if (line.empty() || absl::StartsWith(line, "  ")) {
      absl::StrAppend(&paragraphs, line, "\n");
    } else {
      paragraphs += Filled({line.data(), line.size()}, 0);
    }
  }
  return paragraphs;
}

// Makes a sentence: adds a capital letter and a full stop where they are missing.
std::string Sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  if (absl::string_view(".:;").find(text.back()) == absl::string_view::npos) text += '.';
  return text;
}

std::string OptionText(const FlagDescription& flag) {
  const std::string initial =
      flag.initial.empty() ? "" : absl::StrCat(" Default: ", flag.initial, ".");
  return absl::StrCat("  --", flag.name, flag.value.empty() ? "" : absl::StrCat("=", flag.value),
                      "\n", Filled(absl::StrCat(Sentence(flag.meaning), initial), 6));
}

}  // namespace

std::string HelpText(const Program& program) {
  std::string text = absl::StrCat(View(program.name), " - ", View(program.purpose), "\n\nUsage:\n",
                                  Indented(program.usage, 2), "\n", Paragraphs(program.description),
                                  "\nOptions:\n");
  for (const FlagDescription& flag : DescribeFlags(program.main_file)) text += OptionText(flag);
  text += "  --help\n      Prints this text.\n  --version\n      Prints the version.\n";
  text += "\nExamples:\n";
  for (const Example& example : program.examples) {
    absl::StrAppend(&text, Filled(absl::StrCat(View(example.purpose), ":"), 2),
                    Indented(example.command, 4));
  }
  absl::StrAppend(&text, "\nExit status:\n", "  0  done\n", "  1  the job failed\n",
                  "  2  the command line or the configuration is wrong\n");
  return text;
}

bool PrintHelpOrVersion(const Program& program, const CommandLine& command_line) {
  if (command_line.help) {
    std::fputs(HelpText(program).c_str(), stdout);
  } else if (command_line.version) {
    std::printf("%.*s %s\n", static_cast<int>(program.name.size()), program.name.data(),
                ELMAN_VERSION);
  }
  return command_line.help || command_line.version;
}

int RunProgram(const Program& program, int argc, char** argv,
               const std::function<absl::Status(const CommandLine&)>& check,
               const std::function<absl::Status(const CommandLine&)>& run) {
  GuardProcess(program.name);
  const absl::StatusOr<CommandLine> command_line =
      ParseCommandLine(argc, argv, program.main_file, program.explain);
  if (command_line.ok() && PrintHelpOrVersion(program, *command_line)) return kExitDone;
  if (const absl::Status usage = command_line.ok() ? check(*command_line) : command_line.status();
      !usage.ok()) {
    PrintError(program.name, usage);
    return kExitUsage;
  }
  // Resets the floating-point environment: a library compiled with -ffast-math makes every program
  // that loads it flush subnormal numbers to zero.
  std::fesetenv(FE_DFL_ENV);
  if (const absl::Status status = run(*command_line); !status.ok()) {
    PrintError(program.name, NameFlagOfPath(*command_line, status));
    return IsUsageError(status) ? kExitUsage : kExitFailed;
  }
  return kExitDone;
}

absl::Status ExpectNoArguments(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoFlagWithoutDashes(command_line));
  if (command_line.arguments.empty()) return absl::OkStatus();
  const std::string& argument = command_line.arguments[0];
  for (const char* flag : {"checkpoint", "data"}) {
    if (!command_line.known.contains(flag) || command_line.given.contains(flag)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(argument, ": unexpected argument; write --", flag, "=", ShellWord(argument)));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      argument,
      ": unexpected argument; options have the form --NAME=VALUE, and --help lists them"));
}

absl::Status ExpectFlag(std::string_view value, std::string_view wanted) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(View(wanted), " is missing"));
}

absl::Status ExpectFormat(std::string_view value) {
  constexpr std::string_view kFormats[] = {"text", "json"};
  return FindName("--format", value, kFormats).status();
}

bool IsJson(std::string_view format) { return absl::EqualsIgnoreCase(View(format), "json"); }

}  // namespace elman
