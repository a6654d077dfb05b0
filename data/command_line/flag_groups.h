// Flags that only some tasks or commands of a program have: given to another, they are refused.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/command_line/command_line.h"

namespace elman {

// Flags that are for one thing. A flag may be in several groups, and one that is in none is for
// everything.
struct FlagGroup {
  std::string_view purpose;  // "translators", "--kind=ngram"
  bool applies = false;      // whether this is what is done
  std::vector<std::string_view> flags;
};

// A usage error if a flag was given that is in groups of which none applies: "--n_best is for
// translators, and WHAT; leave it out". `what` says what is done instead: "run/x is a tagger".
absl::Status ExpectApplicable(const CommandLine& command_line, std::span<const FlagGroup> groups,
                              std::string_view what);

// A usage error if any other flag than these was given: "--lowercase does not go with WHAT; leave
// it out".
absl::Status ExpectOnly(const CommandLine& command_line,
                        std::initializer_list<std::string_view> flags, std::string_view what);

// An InvalidArgument that IsUsageError knows again: RunProgram ends with kExitUsage, though the
// mistake in the command line shows only when the program has read its files.
absl::Status UsageError(std::string_view message);
bool IsUsageError(const absl::Status& status);

}  // namespace elman
