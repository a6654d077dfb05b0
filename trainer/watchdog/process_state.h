// Reads the state of a process from /proc.
#pragma once

#include <cstdint>
#include <string>

namespace elman {

// Identifies a process, so that other processes of its host can find it.
struct ProcessIdentity {
  std::string system;   // identifies a kernel and a PID namespace
  int64_t process = 0;  // PID in that namespace
  std::string started;  // start time by the system's clock, because PIDs are reused
};
ProcessIdentity ThisProcess();

// Returns the state of its main thread as in /proc: 'R' running, 'S' sleeping, 'D' waiting in the
// kernel, 'T' stopped, 't' traced; '-' if the process is gone; 0 if it is not visible from here.
char MainThreadState(const ProcessIdentity& process);

}  // namespace elman
