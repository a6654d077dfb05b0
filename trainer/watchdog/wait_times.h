// Wait times: records what one rank knows about the activity of all ranks, and when it last heard
// from each.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

// Times are seconds that the owner of this object was awake. Time when a laptop slept, the
// scheduler had stopped the job, or the machine was too busy to run the owner does not count as
// waiting.
class WaitTimes {
 public:
  explicit WaitTimes(int ranks);

  void Advance(double seconds) { now_ += seconds; }

  // Records a message of a rank. `state` is the state of its main thread as in /proc, 0 if unknown.
  // Ranks that do not exist are ignored.
  void RecordMessage(int rank, const HeartbeatSample& sample, char state);

  struct Entry {
    bool heard = false;      // whether any message has arrived
    HeartbeatSample sample;  // from the last message
    char state = 0;
    double heard_at = 0;
    double moved_at = 0;  // when the last progress was first reported
  };
  const std::vector<Entry>& entries() const { return entries_; }
  double now() const { return now_; }

  double silent_for(int rank) const { return now_ - entries_[rank].heard_at; }
  double quiet_for(int rank) const { return now_ - entries_[rank].moved_at; }
  double quiet() const;  // seconds since any rank made progress

  // Returns whether some rank has an operation that may take long: its last message is at most
  // `silence` seconds old, it does not wait for another rank, and it is starting, ending or writing
  // a checkpoint. Also true if a rank was never heard from.
  bool HasSlowOperation(double silence) const;

 private:
  std::vector<Entry> entries_;
  double now_ = 0;
};

}  // namespace elman
