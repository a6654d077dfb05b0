#include "trainer/watchdog/rank_heartbeat.h"

#include <array>

namespace elman {

const char* ActivityName(Activity activity) {
  static constexpr std::array<const char*, kActivities> kNames = {
      "starting", "training", "validation", "checkpoint", "ending"};
  return kNames[static_cast<int>(activity)];
}

const char* RendezvousName(Rendezvous rendezvous) {
  static constexpr std::array<const char*, kRendezvousKinds> kNames = {
      "nothing", "joining", "barrier", "broadcast", "all-gather", "exchange", "sharing", "fence"};
  return kNames[static_cast<int>(rendezvous)];
}

void RankHeartbeat::At(Activity activity, int64_t step) {
  const bool is_new = activity != activity_.load(kOrder) || step != step_.load(kOrder);
  activity_.store(activity, kOrder);
  step_.store(step, kOrder);
  if (is_new || (activity != Activity::kCheckpoint && activity != Activity::kEnding)) Move();
}

void RankHeartbeat::Enter(Rendezvous rendezvous) {
  rendezvous_.store(rendezvous, kOrder);
  rendezvous_count_.store(rendezvous_count_.load(kOrder) + 1, kOrder);
  Move();
}

void RankHeartbeat::Leave() {
  rendezvous_.store(Rendezvous::kNone, kOrder);
  Move();
}

HeartbeatSample RankHeartbeat::Look() const {
  return {.step = step_.load(kOrder),
          .moves = moves_.load(kOrder) + clock_->entries(),
          .rendezvous_count = rendezvous_count_.load(kOrder),
          .activity = activity_.load(kOrder),
          .phase = clock_->phase(),
          .rendezvous = rendezvous_.load(kOrder),
          .shard = shard_.load(kOrder)};
}

}  // namespace elman
