// A file whose time of change tells from outside that a run is alive, and whose line tells what it
// is doing.
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

// Removes the file when it goes: a heartbeat that stays behind is that of a run that was killed.
class Heartbeat {
 public:
  // Refuses a symbolic link: it may lead anywhere.
  static absl::StatusOr<std::unique_ptr<Heartbeat>> Open(const std::string& path);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Writes "step STEP PHASE", at most once a second: call it as often as you like. It is not worth
  // an fsync: after a power cut nothing beats anyway.
  absl::Status Beat(int64_t step, std::string_view phase, absl::Time now = absl::Now());

 private:
  Heartbeat(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  const std::string path_;
  const int fd_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace elman
