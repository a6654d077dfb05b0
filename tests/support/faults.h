// Injects faults of the disk and the system. In a test binary given to elman_inject_faults, the
// linker redirects file system calls to faults.cc; the tested code is unchanged. There, fsync may
// fail but does not sync.
#pragma once

#include <cstdint>
#include <string>

namespace elman {

struct Fault {
  enum Kind {
    kError,       // the call fails with `error` and does nothing
    kShortWrite,  // a write or read moves half of the bytes; other calls are not affected
    kDeath,       // the process is killed before the call, or within it for a write
    kDelay,       // the call waits until the injection ends
  };
  Kind kind = kError;
  int error = 0;         // an errno
  int64_t at = 0;        // number of the affected call, from 1; 0: none
  bool lasting = false;  // affects every later call, too
};

// While it exists, counts the calls of all threads on files and folders in `folder` (open, write,
// pwrite, pread, ftruncate, fsync, close, rename, unlink, mkdir) and applies the fault. Only one
// may exist at a time.
class FaultInjection {
 public:
  FaultInjection(const Fault& fault, const std::string& folder);
  ~FaultInjection();
  FaultInjection(const FaultInjection&) = delete;
  FaultInjection& operator=(const FaultInjection&) = delete;

  int64_t calls() const;       // so far
  std::string struck() const;  // name of the last call that the fault affected, such as "fsync"
  // Returns the number of fsync calls on descriptors on which an earlier fsync failed; the results
  // of such calls are meaningless.
  int64_t vain_fsyncs() const;
};

}  // namespace elman
