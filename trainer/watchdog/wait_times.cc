#include "trainer/watchdog/wait_times.h"

#include <algorithm>

namespace elman {

WaitTimes::WaitTimes(int ranks) : entries_(ranks) {}

void WaitTimes::RecordMessage(int rank, const HeartbeatSample& sample, char state) {
  if (rank < 0 || rank >= static_cast<int>(entries_.size())) return;
  Entry& entry = entries_[rank];
  if (!entry.heard || sample.moves != entry.sample.moves) entry.moved_at = now_;
  entry.heard = true;
  entry.sample = sample;
  entry.state = state;
  entry.heard_at = now_;
}

double WaitTimes::quiet() const {
  double last = 0;
  for (const Entry& entry : entries_) last = std::max(last, entry.moved_at);
  return now_ - last;
}

bool WaitTimes::HasSlowOperation(double silence) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    if (!entry.heard) return true;
    if (now_ - entry.heard_at > silence || entry.sample.rendezvous != Rendezvous::kNone)
      return false;
    const Activity activity = entry.sample.activity;
    return activity == Activity::kStarting || activity == Activity::kCheckpoint ||
           activity == Activity::kEnding;
  });
}

}  // namespace elman
