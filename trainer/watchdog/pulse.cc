#include "trainer/watchdog/pulse.h"

#include <array>

namespace elman {

const char* ActivityName(Activity activity) {
  static constexpr std::array<const char*, kActivities> kNames = {
      "starting", "training", "validation", "checkpoint", "ending"};
  return kNames[static_cast<int>(activity)];
}

const char* MeetingName(Meeting meeting) {
  static constexpr std::array<const char*, kMeetingKinds> kNames = {
      "nothing", "joining", "barrier", "broadcast", "all-gather", "exchange", "sharing", "fence"};
  return kNames[static_cast<int>(meeting)];
}

void Pulse::At(Activity activity, int64_t step) {
  const bool is_new = activity != activity_.load(kOrder) || step != step_.load(kOrder);
  activity_.store(activity, kOrder);
  step_.store(step, kOrder);
  if (is_new || (activity != Activity::kCheckpoint && activity != Activity::kEnding)) Move();
}

void Pulse::Meet(Meeting meeting) {
  meeting_.store(meeting, kOrder);
  meetings_.store(meetings_.load(kOrder) + 1, kOrder);
  Move();
}

void Pulse::Part() {
  meeting_.store(Meeting::kNone, kOrder);
  Move();
}

PulseSample Pulse::Look() const {
  return {.step = step_.load(kOrder),
          .moves = moves_.load(kOrder) + clock_->entries(),
          .meetings = meetings_.load(kOrder),
          .activity = activity_.load(kOrder),
          .phase = clock_->phase(),
          .meeting = meeting_.load(kOrder),
          .shard = shard_.load(kOrder)};
}

}  // namespace elman
