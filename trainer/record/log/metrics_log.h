// metrics.jsonl: what happened in a run, one JSON object a line, each with "kind" and "step".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/format/json_writer.h"
#include "data/io/append_file.h"

namespace elman {

// Larger logs are not read.
inline constexpr uint64_t kMaxLogBytes = uint64_t{1} << 32;

class MetricsLog {
 public:
  // Opens the log for appending after `step`: lines of later steps, which a run resumed from there
  // will write again, are cut off, and so are train lines of steps later than `train_step`.
  static absl::StatusOr<std::unique_ptr<MetricsLog>> Open(const std::string& path, int64_t step,
                                                          int64_t train_step);

  absl::Status Write(const JsonObject& line) { return file_->Append(line.ToString() + "\n"); }

 private:
  explicit MetricsLog(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AppendFile> file_;
};

}  // namespace elman
