// Metrics of a run for Prometheus: a file in its text format, which the textfile collector of
// node-exporter reads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "trainer/record/log/run_record.h"

namespace elman {

class PrometheusFile {
 public:
  // Writes the file at `path` with the current state of the run from `record`, replacing an old
  // file. `run` distinguishes the run from others on the same machine; it is a label of every
  // metric.
  static absl::StatusOr<std::unique_ptr<PrometheusFile>> Create(const std::string& path,
                                                                const std::string& run,
                                                                int64_t total_steps,
                                                                const RunRecord& record);

  // Takes a new line of metrics.jsonl. Updates the file, at most once per second.
  absl::Status Add(const RecordedLine& line);

  // Call when the run has ended or this process stops working on it. `failed`: whether it ended
  // with an error.
  absl::Status End(bool failed);

 private:
  PrometheusFile(std::string path, const std::string& run, int64_t total_steps);
  void Take(const RecordedLine& line);
  std::string Text() const;
  absl::Status Write();

  const std::string path_;
  const std::string run_label_;  // run="..."
  const int64_t total_steps_;
  bool running_ = true, failed_ = false;
  std::optional<RecordedLine> train_, validation_;  // the last ones
  std::optional<double> best_loss_;
  std::optional<int64_t> checkpoint_step_;
  std::optional<double> checkpoint_written_;  // seconds since 1970
  std::map<std::string, double> phase_seconds_;
  double sent_bytes_ = 0;
  int64_t skipped_ = 0, rolled_back_ = 0, resumed_ = 0;
  absl::Time written_ = absl::InfinitePast();
};

}  // namespace elman
