#include "data/workers/worker_group.h"

#include "absl/strings/str_cat.h"

namespace elman {

absl::Status WorkerGroup::Agree(const absl::Status& status) {
  if (size() == 1) return status;
  // A verdict is the status code as one character and the message.
  std::string mine;
  if (!status.ok()) {
    mine = absl::StrCat(std::string(1, static_cast<char>(status.code())), "rank ", rank(), ": ",
                        status.message());
  }
  std::string verdict;
  for (const std::string& theirs : Gather(mine)) {
    if (verdict.empty()) verdict = theirs;
  }
  verdict = Broadcast(verdict);
  if (verdict.empty()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(verdict[0]), verdict.substr(1));
}

}  // namespace elman
