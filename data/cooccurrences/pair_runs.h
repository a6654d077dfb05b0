// Weighed pairs in sorted files, for more of them than fit into memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/cooccurrences/pair_table.h"
#include "data/records/number_spool.h"

namespace elman {

// Keys with the same highest bits belong to the same part, of 2^bits in all.
struct PairParts {
  int bits = 0;  // up to 31
  uint64_t size() const { return uint64_t{1} << bits; }
  uint64_t PartOf(uint64_t key) const { return bits == 0 ? 0 : key >> (64 - bits); }
};

// Pairs in the order of keys, each once.
struct PairRun {
  std::string path;
  std::vector<uint64_t> offsets;  // of the spool: where each part begins, and the end
};

class PairRunWriter {
 public:
  static absl::StatusOr<std::unique_ptr<PairRunWriter>> Create(const std::string& path,
                                                               PairParts parts);

  absl::Status Add(const WeighedPair& pair);  // its key is above the one before
  absl::StatusOr<PairRun> Finish();

 private:
  PairRunWriter(std::unique_ptr<NumberSpoolWriter> spool, PairParts parts)
      : spool_(std::move(spool)), parts_(parts) {}
  absl::Status EndPart();

  const std::unique_ptr<NumberSpoolWriter> spool_;
  const PairParts parts_;
  std::vector<uint64_t> offsets_ = {0};
};

// Visits every pair of a part once, in the order of keys, with the sum of its weights. Takes some
// 128 KiB for each run.
using PairVisitor = std::function<absl::Status(const WeighedPair&)>;
absl::Status MergePairRuns(const std::vector<PairRun>& runs, uint64_t part,
                           const PairVisitor& visit);

}  // namespace elman
