// Counts pieces that do not fit into memory: writes sorted runs to files and merges them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/tokenizer/vocabulary_builder.h"

namespace elman {

// Calls `visit` once for each piece of the runs, sorted by bytes, with the sum of its counts. Uses
// about 64 KiB of memory per run.
absl::Status MergeRuns(const std::vector<std::string>& paths,
                       const std::function<absl::Status(std::string_view, uint64_t)>& visit);

// Counts in a table of limited size. A full table is written as a run. Not safe for concurrent use.
class SpillingCounts {
 public:
  // Files are named `prefix`-0, `prefix`-1 and so on. The table uses at most about `max_bytes`
  // bytes.
  SpillingCounts(std::string prefix, uint64_t max_bytes)
      : prefix_(std::move(prefix)), max_bytes_(max_bytes) {}

  PieceCounts& table() { return table_; }  // counts since the last run

  // Call it regularly, for example after every MiB of text.
  absl::Status SpillIfFull();
  bool spilled() const { return !runs_.empty(); }

  // Writes all counts as one run and returns its path.
  absl::StatusOr<std::string> Finish();

 private:
  absl::Status Spill();
  absl::Status MergeOwn();

  const std::string prefix_;
  const uint64_t max_bytes_;
  PieceCounts table_;
  std::vector<std::string> runs_;
  int files_ = 0;  // files made so far
};

}  // namespace elman
