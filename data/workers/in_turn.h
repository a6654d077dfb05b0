// Lets several threads work on a sequence of items.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Runs `threads` threads, of which the caller is thread 0. They take items in order until there are
// none. `next` fills an item or returns false at the end; only one thread calls it at a time.
// `work` is called concurrently with the number of the thread. Items are reused. After a failure no
// new items are taken, and the failure of the earliest item is returned, so the result is always
// the same.
template <typename Item>
absl::Status WorkInTurn(int threads, const std::function<absl::StatusOr<bool>(Item*)>& next,
                        const std::function<absl::Status(int thread, Item*)>& work) {
  std::mutex mutex;
  uint64_t taken = 0;  // guarded by mutex, like the two below
  uint64_t failed = std::numeric_limits<uint64_t>::max();
  absl::Status failure;

  // Call it with the mutex held.
  const auto fail = [&](uint64_t number, const absl::Status& status) {
    if (number >= failed) return;
    failed = number;
    failure = status;
  };
  const auto run = [&](int thread) {
    Item item{};
    for (;;) {
      uint64_t number = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!failure.ok()) return;
        number = taken++;
        const absl::StatusOr<bool> more = next(&item);
        // Report it before another thread asks for the next item.
        if (!more.ok()) fail(number, more.status());
        if (!more.ok() || !*more) return;
      }
      const absl::Status status = work(thread, &item);
      if (status.ok()) continue;
      const std::lock_guard<std::mutex> lock(mutex);
      fail(number, status);
      return;
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& other : others) other.join();
  return failure;
}

}  // namespace elman
