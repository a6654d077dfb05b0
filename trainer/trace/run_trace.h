// Writes the timelines of all ranks to one trace file with a common time scale.
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
  // Compares the ranks' clocks and starts to record the phases of `clock`. Rank 0 writes the file
  // at `path`. The communicator and the clock must outlive the trace. Collective.
  RunTrace(Communicator* communicator, PhaseClock* clock, const std::string& path);
  ~RunTrace();
  RunTrace(const RunTrace&) = delete;
  RunTrace& operator=(const RunTrace&) = delete;

  // On rank 0: whether the file should be updated, in case the run is killed. True after 2 seconds,
  // 4, 8, and so on, then every 64 seconds.
  bool Due() const;

  // Writes everything recorded so far, replacing the file. Collective; the same status on every
  // rank.
  absl::Status Publish();

 private:
  void CompareClocks();

  Communicator* const communicator_;
  PhaseClock* const clock_;
  const std::string path_;
  Timeline timeline_;
  int64_t begin_ = 0;  // start of the trace by this rank's clock, in nanoseconds
  Timeline::Clock::time_point published_;
  Timeline::Clock::duration pause_;
};

}  // namespace elman
