// The timelines of all ranks as one file, on one scale of time.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "trainer/comm/communicator.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/network/timing/timeline.h"

namespace elman {

class RunTrace {
 public:
  // Compares the ranks' clocks, and records what `clock` goes through from now on. The file at
  // `path` is rank 0's. Both must outlive the trace. Collective.
  RunTrace(Communicator* communicator, PhaseClock* clock, const std::string& path);
  ~RunTrace();
  RunTrace(const RunTrace&) = delete;
  RunTrace& operator=(const RunTrace&) = delete;

  // On rank 0: that what a run leaves behind which is killed should be brought up to date. Seldom:
  // after 2 seconds, 4, 8, and so on, then every 64.
  bool Due() const;

  // Writes what was recorded so far in place of what was written before. Collective; the status is
  // the same on every rank.
  absl::Status Publish();

 private:
  void CompareClocks();

  Communicator* const communicator_;
  PhaseClock* const clock_;
  const std::string path_;
  Timeline timeline_;
  int64_t begin_ = 0;  // of the trace, by this rank's clock, in nanoseconds
  Timeline::Clock::time_point published_;
  Timeline::Clock::duration pause_;
};

}  // namespace elman
