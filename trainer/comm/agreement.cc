#include "trainer/comm/agreement.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace elman {

namespace {

// Serializes a status: one character for its code, then the message. Empty for OK.
std::string Write(const absl::Status& status) {
  if (status.ok()) return "";
  return absl::StrCat(std::string(1, static_cast<char>('a' + status.raw_code())), status.message());
}

absl::Status Read(const std::string& text) {
  if (text.empty()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(text[0] - 'a'), text.substr(1));
}

}  // namespace

absl::Status Agree(Communicator* communicator, const absl::Status& mine) {
  const std::vector<std::string> all = communicator->AllGather(Write(mine));
  const auto failed =
      std::ranges::find_if(all, [](const std::string& text) { return !text.empty(); });
  if (failed == all.end()) return absl::OkStatus();
  absl::Status status = Read(*failed);
  if (std::ranges::all_of(all, [&](const std::string& text) { return text == *failed; }))
    return status;
  return absl::Status(status.code(),
                      absl::StrCat("rank ", failed - all.begin(), ": ", status.message()));
}

absl::Status AgreeWithRoot(Communicator* communicator, const absl::Status& mine) {
  std::string text = Write(mine);
  BroadcastString(communicator, &text, 0);
  return Read(text);
}

}  // namespace elman
