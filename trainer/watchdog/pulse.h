// What a rank is doing: its main thread says it, any thread may look. Saying it is a few plain
// stores.
#pragma once

#include <atomic>
#include <cstdint>

#include "trainer/network/timing/phase_clock.h"

namespace elman {

enum class Activity : int32_t { kStarting, kTraining, kValidation, kCheckpoint, kEnding };
inline constexpr int kActivities = 5;
const char* ActivityName(Activity activity);

// What ranks do together, and wait for each other in.
enum class Meeting : int32_t {
  kNone,
  kJoining,  // the job, when MPI is initialized
  kBarrier,
  kBroadcast,
  kAllGather,
  kExchange,
  kSharing,
  kFence
};
inline constexpr int kMeetingKinds = 8;
const char* MeetingName(Meeting meeting);

// One look at a pulse. Ranks send it to each other as it lies in memory.
struct PulseSample {
  int64_t step = 0;      // steps done
  int64_t moves = 0;     // grows whenever the rank gets on
  int64_t meetings = 0;  // begun so far
  Activity activity = Activity::kStarting;
  Phase phase = Phase::kOther;
  Meeting meeting = Meeting::kNone;  // it is in
  int32_t shard = -1;                // of the training split, being read from disk; -1: none
};

class Pulse {
 public:
  // The clock, which must outlive the pulse, tells the phase of a step.
  explicit Pulse(const PhaseClock* clock) : clock_(clock) {}

  // The rank gets on: `step` steps are done and this is what it does now. To be in kCheckpoint, or
  // in kEnding, once more is no getting on: there a rank waits for its own disk.
  void At(Activity activity, int64_t step);

  // It has come to a meeting, and is through it.
  void Meet(Meeting meeting);
  void Part();

  // Where whoever reads training data says which shard, -1 for none.
  std::atomic<int32_t>* shard() { return &shard_; }

  PulseSample Look() const;  // from any thread

 private:
  void Move() { moves_.store(moves_.load(kOrder) + 1, kOrder); }  // one thread moves it

  static constexpr auto kOrder = std::memory_order_relaxed;
  const PhaseClock* const clock_;
  std::atomic<int64_t> step_ = 0;
  std::atomic<int64_t> moves_ = 0;
  std::atomic<int64_t> meetings_ = 0;
  std::atomic<Activity> activity_ = Activity::kStarting;
  std::atomic<Meeting> meeting_ = Meeting::kNone;
  std::atomic<int32_t> shard_ = -1;
};

}  // namespace elman
