#include "data/command_line/flag_groups.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace elman {
namespace {

constexpr char kUsagePayload[] = "elman/usage";

}  // namespace

absl::Status ExpectApplicable(const CommandLine& command_line, std::span<const FlagGroup> groups,
                              std::string_view what) {
  for (const std::string& flag : command_line.given) {
    std::vector<std::string> purposes;
    bool applies = false;
    for (const FlagGroup& group : groups) {
      if (std::ranges::find(group.flags, flag) == group.flags.end()) continue;
      purposes.emplace_back(group.purpose);
      applies = applies || group.applies;
    }
    if (applies || purposes.empty()) continue;
    return UsageError(absl::StrCat("--", flag, " is for ", absl::StrJoin(purposes, " and "),
                                   ", and ", std::string(what), "; leave it out"));
  }
  return absl::OkStatus();
}

absl::Status ExpectOnly(const CommandLine& command_line,
                        std::initializer_list<std::string_view> flags, std::string_view what) {
  for (const std::string& flag : command_line.given) {
    if (std::ranges::find(flags, flag) != flags.end()) continue;
    return UsageError(
        absl::StrCat("--", flag, " cannot be used with ", std::string(what), "; leave it out"));
  }
  return absl::OkStatus();
}

absl::Status UsageError(std::string_view message) {
  absl::Status status = absl::InvalidArgumentError(std::string(message));
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

}  // namespace elman
