// Faults of disk and system, on demand. In a test binary given to elman_inject_faults, the linker
// leads the system calls that files are made of through faults.cc; the programs know nothing of it.
// There, fsync may fail, but does nothing.
#pragma once

#include <cstdint>
#include <string>

namespace elman {

struct Fault {
  enum Kind {
    kError,       // the call fails with `error` and does nothing
    kShortWrite,  // a write or read moves half of the bytes; other calls are spared
    kDeath,       // the process is killed before the call, amid it if it is a write
    kDelay,       // the call waits until the injection ends
  };
  Kind kind = kError;
  int error = 0;         // an errno
  int64_t at = 0;        // strikes this call, counted from 1; 0: none
  bool lasting = false;  // strikes every call after it, too
};

// While it lives, counts the calls of all threads on files and folders in `folder` (open, write,
// pwrite, pread, ftruncate, fsync, close, rename, unlink, mkdir) and lets the fault strike. One at
// a time.
class FaultInjection {
 public:
  FaultInjection(const Fault& fault, const std::string& folder);
  ~FaultInjection();
  FaultInjection(const FaultInjection&) = delete;
  FaultInjection& operator=(const FaultInjection&) = delete;

  int64_t calls() const;       // so far
  std::string struck() const;  // the name of the last call that the fault struck, as "fsync"
  // Calls of fsync on a descriptor on which one had failed: what they say is worth nothing.
  int64_t vain_fsyncs() const;
};

}  // namespace elman
