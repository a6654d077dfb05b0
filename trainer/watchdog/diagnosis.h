// Diagnoses a stalled job: which ranks are at fault, and which ones only wait for them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

// What is known about a rank of a stalled job.
struct Suspect {
  std::string host;
  int64_t process = 0;
  bool heard = false;      // whether any message has arrived
  bool silent = false;     // whether its messages have stopped
  char state = 0;          // of its main thread, as in /proc; '-': the process is gone; 0: unknown
  double quiet_for = 0;    // seconds since it made progress
  HeartbeatSample sample;  // from its last message
};

// The result of a diagnosis.
struct Diagnosis {
  std::vector<int> late;  // the ranks at fault; empty: all wait for each other
  std::string table;      // one line per rank, for people
  std::string error;      // one line: the rank at fault and the remedy
};

// Diagnoses a job without progress for `quiet` seconds. `suspects` are the ranks in order, as known
// to rank `witness`.
Diagnosis Diagnose(std::span<const Suspect> suspects, int witness, double quiet);

}  // namespace elman
