// How a run stands, for Prometheus: a file in its text format, which node-exporter's textfile
// collector reads.
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
  // Writes the file at `path` anew, with what `record` tells of the run so far. `run` tells the run
  // from others on the same machine: every metric has it as a label.
  static absl::StatusOr<std::unique_ptr<PrometheusFile>> Create(const std::string& path,
                                                                const std::string& run,
                                                                int64_t total_steps,
                                                                const RunRecord& record);

  // What came to metrics.jsonl. The file follows at once, but once a second at most.
  absl::Status Add(const RecordedLine& line);

  // The run has ended, or this process is done with it.
  absl::Status End();

 private:
  PrometheusFile(std::string path, const std::string& run, int64_t total_steps);
  void Take(const RecordedLine& line);
  std::string Text() const;
  absl::Status Write();

  const std::string path_;
  const std::string run_label_;  // run="..."
  const int64_t total_steps_;
  bool running_ = true;
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
