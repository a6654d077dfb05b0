// What the system knows of a process.
#pragma once

#include <cstdint>
#include <string>

namespace elman {

// A process as other processes of its host can find it again.
struct ProcessIdentity {
  std::string system;   // a kernel and a namespace of process numbers
  int64_t process = 0;  // within it
  std::string started;  // when, by the system's clock; numbers are used again
};
ProcessIdentity ThisProcess();

// The state of its main thread, as /proc names it: 'R' runs, 'S' sleeps, 'D' in the kernel, 'T'
// stopped, 't' traced; '-' if the process is gone; 0 if it cannot be seen from here.
char MainThreadState(const ProcessIdentity& process);

}  // namespace elman
