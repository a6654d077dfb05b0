// What one rank knows of all of them, from what it has heard and when.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/watchdog/pulse.h"

namespace elman {

// Time is what its owner was awake for, in seconds: a laptop that slept, a job that its scheduler
// had stopped or a machine that was too busy to run the owner have not been waiting.
class Ledger {
 public:
  explicit Ledger(int ranks);

  void Advance(double seconds) { now_ += seconds; }

  // A rank's word; `state` is that of its main thread as /proc names it, 0 if not known. Ranks
  // beyond the ledger are ignored.
  void Hear(int rank, const PulseSample& sample, char state);

  struct Entry {
    bool heard = false;  // ever
    PulseSample sample;  // its last word
    char state = 0;
    double heard_at = 0;
    double moved_at = 0;  // when it was first heard to have got on as far as this
  };
  const std::vector<Entry>& entries() const { return entries_; }
  double now() const { return now_; }

  double silent_for(int rank) const { return now_ - entries_[rank].heard_at; }
  double quiet_for(int rank) const { return now_ - entries_[rank].moved_at; }
  double quiet() const;  // since any rank got on

  // Whether some rank is at what may well take long: it has spoken within `silence` seconds, waits
  // for no other rank, and is at its start, its end or a checkpoint. Or it has never been heard,
  // so that nobody knows.
  bool HasExcuse(double silence) const;

 private:
  std::vector<Entry> entries_;
  double now_ = 0;
};

}  // namespace elman
