// Checks flags that apply only to some tasks or commands of a program. They are an error elsewhere.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/command_line/command_line.h"

namespace elman {

// Flags with a common purpose. A flag may be in several groups. A flag that is in no group always
// applies.
struct FlagGroup {
  std::string_view purpose;  // such as "translators" or "--kind=ngram"
  bool applies = false;      // whether this run has the purpose
  std::vector<std::string_view> flags;
};

// A usage error if a flag was given whose groups all do not apply: "--n_best is for translators,
// and WHAT; leave it out". `what` describes the run: "run/x is a tagger".
absl::Status ExpectApplicable(const CommandLine& command_line, std::span<const FlagGroup> groups,
                              std::string_view what);

// A usage error if a flag other than `flags` was given: "--lowercase does not go with WHAT; leave
// it out".
absl::Status ExpectOnly(const CommandLine& command_line,
                        std::initializer_list<std::string_view> flags, std::string_view what);

// An InvalidArgument status that IsUsageError recognizes. RunProgram returns kExitUsage for it,
// even if the mistake was found only after files were read.
absl::Status UsageError(std::string_view message);
bool IsUsageError(const absl::Status& status);

}  // namespace elman
