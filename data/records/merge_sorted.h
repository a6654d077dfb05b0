// Counts that outgrew memory: bringing together the sorted runs that were set aside of them.
#pragma once

#include <memory>
#include <queue>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/status_macros.h"

namespace elman {

// Visits every key of the runs once, in ascending order, as visit(key, sum), with the sum of its
// counts by plus(a, b). A `Run` stands before its first key, has ascending ones, and
//
//   absl::StatusOr<bool> Next();  // goes to the next key; false at the end
//   key(), which a Run::Key can be made of, and count(), of that key
template <typename Run, typename Plus, typename Visit>
absl::Status MergeSorted(const std::vector<std::unique_ptr<Run>>& runs, const Plus& plus,
                         const Visit& visit) {
  const auto later = [](const Run* a, const Run* b) { return a->key() > b->key(); };
  std::priority_queue<Run*, std::vector<Run*>, decltype(later)> next(later);
  const auto advance = [&next](Run* run) -> absl::Status {
    ASSIGN_OR_RETURN(const bool more, run->Next());
    if (more) next.push(run);
    return absl::OkStatus();
  };
  for (const std::unique_ptr<Run>& run : runs) RETURN_IF_ERROR(advance(run.get()));
  typename Run::Key key = {};
  while (!next.empty()) {
    key = next.top()->key();
    auto sum = next.top()->count();
    for (bool first = true; !next.empty() && next.top()->key() == key; first = false) {
      Run* const run = next.top();
      next.pop();
      if (!first) sum = plus(sum, run->count());
      RETURN_IF_ERROR(advance(run));
    }
    RETURN_IF_ERROR(visit(key, sum));
  }
  return absl::OkStatus();
}

}  // namespace elman
