#include "trainer/comm/agreement.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "trainer/comm/host.h"

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

// As Write, for Agree: followed by a line with the host of this rank.
std::string WriteWithHost(const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat(HostName(), "\n", Write(status));
}

}  // namespace

absl::Status Agree(Communicator* communicator, const absl::Status& mine) {
  const std::vector<std::string> all = communicator->AllGather(WriteWithHost(mine));
  const auto failed =
      std::ranges::find_if(all, [](const std::string& text) { return !text.empty(); });
  if (failed == all.end()) return absl::OkStatus();
  const auto text_of = [](const std::string& text) { return text.substr(text.find('\n') + 1); };
  const std::string host = failed->substr(0, failed->find('\n'));
  const absl::Status status = Read(text_of(*failed));
  const auto same = [&](const std::string& text) { return text_of(text) == text_of(*failed); };
  if (std::ranges::all_of(all, same)) return status;
  return absl::Status(status.code(), absl::StrCat("rank ", failed - all.begin(), " on ", host, ": ",
                                                  status.message()));
}

absl::Status AgreeWithRoot(Communicator* communicator, const absl::Status& mine) {
  std::string text = Write(mine);
  BroadcastString(communicator, &text, 0);
  return Read(text);
}

}  // namespace elman
