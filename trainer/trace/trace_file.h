// Writes a trace of a run for Perfetto (ui.perfetto.dev) and chrome://tracing: a JSON object in
// Trace Event Format. Its complete events ("ph": "X") are nested or disjoint on every track.
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

// An event on a track of a rank, in microseconds since the start of the trace.
struct TraceEvent {
  std::string_view name;
  int32_t track = 0;
  int64_t begin = 0;
  int64_t duration = 0;
};

// The file is published when it is complete, replacing an earlier one.
class TraceFile {
 public:
  static absl::StatusOr<std::unique_ptr<TraceFile>> Create(const std::string& path);

  // Adds a rank, shown as a process, and a track of a rank, shown as a thread. `remark` (optional)
  // is shown next to the rank's name.
  void AddRank(int rank, std::string_view name, std::string_view remark);
  void AddTrack(int rank, int32_t track, std::string_view name);
  void AddEvents(int rank, std::span<const TraceEvent> events);

  // Publishes everything that was added, or returns the first error.
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
