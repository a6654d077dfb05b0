// metrics.jsonl: the log of a run with one JSON object per line, each with "kind" and "step".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/format/json_writer.h"
#include "data/io/append_file.h"

namespace elman {

// Larger logs are not read. In bytes.
inline constexpr uint64_t kMaxLogBytes = uint64_t{1} << 32;

class MetricsLog {
 public:
  // Opens the log for appending after `step`. Removes lines of later steps, which the resumed run
  // will write again, and train lines of steps later than `train_step`.
  static absl::StatusOr<std::unique_ptr<MetricsLog>> Open(const std::string& path, int64_t step,
                                                          int64_t train_step);

  absl::Status Write(const JsonObject& line) { return file_->Append(line.ToString() + "\n"); }

 private:
  explicit MetricsLog(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AppendFile> file_;
};

}  // namespace elman
