// Work on a sequence of items by several threads, with the results in the order of the items.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Calls, for item after item: `produce`, which fills it, or returns false at the end; `work`, which
// makes its result; `consume`, which takes the result. produce and consume are called in order by
// the calling thread, work by `threads` threads at once (by the calling thread if that is 1). Items
// and results are reused: at most 2 * threads + 1 exist. The first error ends it.
template <typename Item, typename Result>
absl::Status OrderedMap(int threads, const std::function<absl::StatusOr<bool>(Item*)>& produce,
                        const std::function<void(const Item&, Result*)>& work,
                        const std::function<absl::Status(Result*)>& consume) {
  struct Slot {
    Item item;
    Result result;
    bool done = false;  // guarded by mutex
  };
  std::vector<Slot> slots(threads > 1 ? 2 * static_cast<size_t>(threads) + 1 : 1);
  std::mutex mutex;
  std::condition_variable changed;
  size_t produced = 0;  // items so far; item i is in slot i % slots.size(). All guarded by mutex.
  size_t taken = 0;
  bool ended = false;

  std::vector<std::thread> workers;
  for (int i = 0; threads > 1 && i < threads; ++i) {
    workers.emplace_back([&] {
      std::unique_lock<std::mutex> lock(mutex);
      for (;;) {
        changed.wait(lock, [&] { return taken < produced || ended; });
        if (taken == produced) return;
        Slot& slot = slots[taken++ % slots.size()];
        lock.unlock();
        work(slot.item, &slot.result);
        lock.lock();
        slot.done = true;
        changed.notify_all();
      }
    });
  }

  absl::Status status;
  bool more = true;
  for (size_t consumed = 0; status.ok() && (more || consumed < produced);) {
    if (more && produced - consumed < slots.size()) {
      Slot& slot = slots[produced % slots.size()];
      absl::StatusOr<bool> filled = produce(&slot.item);
      status = filled.status();
      more = filled.ok() && *filled;
      if (!more) continue;
      if (workers.empty()) work(slot.item, &slot.result);
      const std::lock_guard<std::mutex> lock(mutex);
      slot.done = workers.empty();
      ++produced;
      changed.notify_all();
      continue;
    }
    Slot& slot = slots[consumed % slots.size()];
    {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return slot.done; });
    }
    status = consume(&slot.result);
    ++consumed;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    ended = true;
    if (!status.ok()) taken = produced;
  }
  changed.notify_all();
  for (std::thread& worker : workers) worker.join();
  return status;
}

}  // namespace elman
