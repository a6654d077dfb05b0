// Counts that outgrow memory: sorted runs of pieces in files, and their merge.
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

// Visits every piece of the runs once, in the order of their bytes, with the sum of its counts. A
// run in hand takes some 64 KiB.
absl::Status MergeRuns(const std::vector<std::string>& paths,
                       const std::function<absl::Status(std::string_view, uint64_t)>& visit);

// Counts in a table of bounded size; when that is full, it becomes a run. Not for concurrent use.
class SpillingCounts {
 public:
  // Files are named `prefix`-0, -1 and so on. The table may take about `max_bytes` bytes.
  SpillingCounts(std::string prefix, uint64_t max_bytes)
      : prefix_(std::move(prefix)), max_bytes_(max_bytes) {}

  PieceCounts& table() { return table_; }  // what has been counted since the last run

  // To be called now and then, after every mebibyte of text, say.
  absl::Status SpillIfFull();
  bool spilled() const { return !runs_.empty(); }

  // Makes a single run of all that has been counted, and returns its path.
  absl::StatusOr<std::string> Finish();

 private:
  absl::Status Spill();
  absl::Status MergeOwn();

  const std::string prefix_;
  const uint64_t max_bytes_;
  PieceCounts table_;
  std::vector<std::string> runs_;
  int files_ = 0;  // made so far
};

}  // namespace elman
