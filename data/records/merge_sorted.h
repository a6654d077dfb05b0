// Merges sorted runs of counts that did not fit into memory.
#pragma once

#include <memory>
#include <queue>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/status_macros.h"

namespace elman {

// Calls visit(key, sum) for each key of the runs in ascending order, with the sum of its counts by
// plus(a, b). A `Run` has ascending keys, is positioned before the first one, and has
//
//   absl::StatusOr<bool> Next();  // moves to the next key; false at the end
//   key()                         // the current key; a Run::Key can be made from it
//   count()                       // the count of this key
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
