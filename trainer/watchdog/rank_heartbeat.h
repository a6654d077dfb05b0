// Heartbeat of a rank: its main thread stores what it is doing, and any thread can read it. Storing
// takes a few plain stores.
#pragma once

#include <atomic>
#include <cstdint>

#include "trainer/network/timing/phase_clock.h"

namespace elman {

enum class Activity : int32_t { kStarting, kTraining, kValidation, kCheckpoint, kEnding };
inline constexpr int kActivities = 5;
const char* ActivityName(Activity activity);

// A rendezvous: a collective operation in which ranks wait for each other.
enum class Rendezvous : int32_t {
  kNone,
  kJoining,  // joining the job, while MPI is initialized
  kBarrier,
  kBroadcast,
  kAllGather,
  kExchange,
  kSharing,
  kFence
};
inline constexpr int kRendezvousKinds = 8;
const char* RendezvousName(Rendezvous rendezvous);

// A copy of the heartbeat's contents. Ranks send it to each other as raw bytes.
struct HeartbeatSample {
  int64_t step = 0;              // completed steps
  int64_t moves = 0;             // increases whenever the rank makes progress
  int64_t rendezvous_count = 0;  // number of rendezvous started so far
  Activity activity = Activity::kStarting;
  Phase phase = Phase::kOther;
  Rendezvous rendezvous = Rendezvous::kNone;  // the current rendezvous
  int32_t shard = -1;  // shard of the training split that is being read from disk; -1: none
};

class RankHeartbeat {
 public:
  // The clock provides the phase of a step. It must outlive the heartbeat.
  explicit RankHeartbeat(const PhaseClock* clock) : clock_(clock) {}

  // Records progress: `step` steps are completed, and `activity` starts. Repeated calls with
  // kCheckpoint or kEnding do not count as progress, because the rank then waits for its own disk.
  void At(Activity activity, int64_t step);

  // Record that the rank enters a rendezvous, and that it leaves it.
  void Enter(Rendezvous rendezvous);
  void Leave();
  // Records that a part of a rendezvous is done.
  void Progress() { Move(); }

  // Written by the reader of training data: the shard that is being read, -1 for none.
  std::atomic<int32_t>* shard() { return &shard_; }

  HeartbeatSample Look() const;  // may be called from any thread

 private:
  void Move() { moves_.store(moves_.load(kOrder) + 1, kOrder); }  // only one thread stores moves_

  static constexpr auto kOrder = std::memory_order_relaxed;
  const PhaseClock* const clock_;
  std::atomic<int64_t> step_ = 0;
  std::atomic<int64_t> moves_ = 0;
  std::atomic<int64_t> rendezvous_count_ = 0;
  std::atomic<Activity> activity_ = Activity::kStarting;
  std::atomic<Rendezvous> rendezvous_ = Rendezvous::kNone;
  std::atomic<int32_t> shard_ = -1;
};

}  // namespace elman
