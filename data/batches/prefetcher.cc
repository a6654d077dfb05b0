#include "data/batches/prefetcher.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {

struct Prefetcher::State {
  BatchSource* source = nullptr;
  int first_lane = 0;
  int micro_batches = 1;
  Position next;               // used by the reading thread only
  std::vector<Batch> current;  // owned by the caller

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Batch> ahead;  // owned by the thread while !ready, by the caller otherwise
  bool ready = false;        // guarded by mutex, like the two below
  bool stopping = false;
  absl::Status status;  // once not OK, the thread has ended

  std::thread thread;

  absl::Status ReadAhead() {
    const int64_t steps = StepsPerEpoch(*source, micro_batches);
    if (steps <= 0)
      return absl::FailedPreconditionError("the split is empty: an epoch has no steps");
    // A position saved at the end of an epoch is the begin of the next epoch.
    next.epoch += next.step / steps;
    next.step %= steps;
    for (size_t i = 0; i < ahead.size(); ++i) {
      const int lane = first_lane + static_cast<int>(i) / micro_batches;
      const int64_t number = next.step * micro_batches + static_cast<int64_t>(i) % micro_batches;
      ahead[i].steps = 0;
      ahead[i].examples.clear();
      if (number < source->batches_per_epoch())
        RETURN_IF_ERROR(source->Read(next.epoch, number, lane, &ahead[i]));
    }
    ++next.step;
    return absl::OkStatus();
  }

  void Run() {
    for (;;) {
      absl::Status read = ReadAhead();
      std::unique_lock<std::mutex> lock(mutex);
      status = std::move(read);
      ready = true;
      changed.notify_all();
      if (!status.ok()) return;
      changed.wait(lock, [this] { return !ready || stopping; });
      if (stopping) return;
    }
  }
};

Prefetcher::Prefetcher(BatchSource* source, int first_lane, int end_lane, int micro_batches,
                       Position start)
    : state_(std::make_unique<State>()) {
  state_->source = source;
  state_->first_lane = first_lane;
  state_->micro_batches = micro_batches;
  state_->next = start;
  state_->current.resize(static_cast<size_t>(end_lane - first_lane) * micro_batches);
  state_->ahead.resize(state_->current.size());
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

absl::StatusOr<const std::vector<Batch>*> Prefetcher::Next() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->ready; });
  if (!state_->status.ok()) return state_->status;
  state_->current.swap(state_->ahead);
  state_->ready = false;
  state_->changed.notify_all();
  return &state_->current;
}

}  // namespace elman
