// Work on a sequence of items by several threads.
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

// `threads` threads, of which the caller is thread 0, take items in turn until there are none:
// `next` fills the item, or returns false at the end, and is called by one thread at a time; `work`
// is called by all at once, with the thread's number. A thread uses its item again. The first
// failure ends it: that of the item which came first, so that it is the same every time.
template <typename Item>
absl::Status WorkInTurn(int threads, const std::function<absl::StatusOr<bool>(Item*)>& next,
                        const std::function<absl::Status(int thread, Item*)>& work) {
  std::mutex mutex;
  uint64_t taken = 0;  // guarded by mutex, all three
  uint64_t failed = std::numeric_limits<uint64_t>::max();
  absl::Status failure;

  // With the mutex.
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
        // At once, lest another thread ask for the item behind.
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
