// A trace of a run as Perfetto (ui.perfetto.dev) and chrome://tracing open it: a JSON object of the
// Trace Event Format whose complete events ("ph": "X") lie within each other or apart, on every
// track.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"

namespace elman {

// On one track of a rank, in microseconds since the trace began.
struct TraceEvent {
  std::string_view name;
  int32_t track = 0;
  int64_t begin = 0;
  int64_t duration = 0;
};

// The file appears when it is complete, in place of an earlier one.
class TraceFile {
 public:
  static absl::StatusOr<std::unique_ptr<TraceFile>> Create(const std::string& path);

  // A rank, shown as a process, and a track of it, shown as a thread. `remark`, if any, stands
  // beside the rank's name.
  void AddRank(int rank, std::string_view name, std::string_view remark);
  void AddTrack(int rank, int32_t track, std::string_view name);
  void AddEvents(int rank, std::span<const TraceEvent> events);

  // Of all that was added, or why it is not there.
  absl::Status Publish();

 private:
  explicit TraceFile(std::unique_ptr<AtomicFile> file);
  void AddNames(int rank, int32_t track, std::string_view what, std::string_view key,
                std::string_view name);
  void Add(std::string_view event);

  const std::unique_ptr<AtomicFile> file_;
  absl::Status failure_;  // the first failure
  bool empty_ = true;
};

}  // namespace elman
