// The heartbeat file of a run: its time of change shows that the run is alive, and its line shows
// the current step and phase.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace elman {

// Removes the file when destroyed. A file that remains belongs to a run that was killed.
class Heartbeat {
 public:
  // Refuses a symbolic link, because it may point anywhere.
  static absl::StatusOr<std::unique_ptr<Heartbeat>> Open(const std::string& path);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Writes "step STEP PHASE", at most once per second, so it may be called often. Does not fsync,
  // because a heartbeat has no meaning after a power failure.
  absl::Status Beat(int64_t step, std::string_view phase, absl::Time now = absl::Now());

 private:
  Heartbeat(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  const std::string path_;
  const int fd_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace elman
