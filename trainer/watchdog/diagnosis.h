// Why a job stands still: who is late, and who only waits for the late.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/watchdog/pulse.h"

namespace elman {

// What is known of a rank that stands still.
struct Suspect {
  std::string host;
  int64_t process = 0;
  bool heard = false;    // ever
  bool silent = false;   // no word from it any more
  char state = 0;        // of its main thread, as /proc names it; '-': gone; 0: not known
  double quiet_for = 0;  // seconds since it got on
  PulseSample sample;    // its last word
};

struct Diagnosis {
  std::vector<int> late;  // the ranks at fault; empty: all wait for each other
  std::string table;      // a line a rank, for people
  std::string error;      // one line: who holds up the job, and what to do
};

// `suspects` are the ranks in order, as rank `witness` knows them; nothing has moved for `quiet`
// seconds.
Diagnosis Diagnose(std::span<const Suspect> suspects, int witness, double quiet);

}  // namespace elman
