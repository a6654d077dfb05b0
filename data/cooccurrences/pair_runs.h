// Sorted files of weighted pairs, for more pairs than fit into memory.
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

// Divides keys into 2^bits parts by their highest bits.
struct PairParts {
  int bits = 0;  // at most 31
  uint64_t size() const { return uint64_t{1} << bits; }
  uint64_t PartOf(uint64_t key) const { return bits == 0 ? 0 : key >> (64 - bits); }
};

// A file with pairs in ascending order of keys, each key once.
struct PairRun {
  std::string path;
  std::vector<uint64_t> offsets;  // offset in the spool where each part begins, then the end
};

// Writes a PairRun.
class PairRunWriter {
 public:
  static absl::StatusOr<std::unique_ptr<PairRunWriter>> Create(const std::string& path,
                                                               PairParts parts);

  absl::Status Add(const WeighedPair& pair);  // the key must be greater than the previous one
  absl::StatusOr<PairRun> Finish();

 private:
  PairRunWriter(std::unique_ptr<NumberSpoolWriter> spool, PairParts parts)
      : spool_(std::move(spool)), parts_(parts) {}
  absl::Status EndPart();

  const std::unique_ptr<NumberSpoolWriter> spool_;
  const PairParts parts_;
  std::vector<uint64_t> offsets_ = {0};
};

// Calls `visit` once for each pair of a part, in ascending order of keys, with the sum of its
// weights over all runs. Uses about 128 KiB of memory per run.
using PairVisitor = std::function<absl::Status(const WeighedPair&)>;
absl::Status MergePairRuns(const std::vector<PairRun>& runs, uint64_t part,
                           const PairVisitor& visit);

}  // namespace elman
