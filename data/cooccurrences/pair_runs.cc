#include "data/cooccurrences/pair_runs.h"

#include <array>
#include <utility>

#include "data/io/status_macros.h"
#include "data/records/merge_sorted.h"

namespace elman {
namespace {

// A run that is being read, positioned at one of its pairs.
class RunReader {
 public:
  using Key = uint64_t;
  explicit RunReader(std::unique_ptr<NumberSpoolReader> spool) : spool_(std::move(spool)) {}

  // Moves to the next pair. Returns false at the end.
  absl::StatusOr<bool> Next() {
    std::array<uint32_t, 4> numbers;
    if (!spool_->Take(numbers)) {
      RETURN_IF_ERROR(spool_->status());
      return false;
    }
    const auto whole = [&](int i) { return uint64_t{numbers[i + 1]} << 32 | numbers[i]; };
    pair_ = {whole(0), whole(2)};
    return true;
  }
  uint64_t key() const { return pair_.key; }
  uint64_t count() const { return pair_.weight; }

 private:
  std::unique_ptr<NumberSpoolReader> spool_;
  WeighedPair pair_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PairRunWriter>> PairRunWriter::Create(const std::string& path,
                                                                     PairParts parts) {
  ASSIGN_OR_RETURN(std::unique_ptr<NumberSpoolWriter> spool, NumberSpoolWriter::Create(path));
  return std::unique_ptr<PairRunWriter>(new PairRunWriter(std::move(spool), parts));
}

absl::Status PairRunWriter::Add(const WeighedPair& pair) {
  while (parts_.PartOf(pair.key) >= offsets_.size()) RETURN_IF_ERROR(EndPart());
  const auto half = [](uint64_t number, int shift) {
    return static_cast<uint32_t>(number >> shift);
  };
  return spool_->Append(std::array{half(pair.key, 0), half(pair.key, 32), half(pair.weight, 0),
                                   half(pair.weight, 32)});
}

absl::StatusOr<PairRun> PairRunWriter::Finish() {
  while (offsets_.size() <= parts_.size()) RETURN_IF_ERROR(EndPart());
  return PairRun{spool_->path(), offsets_};
}

absl::Status PairRunWriter::EndPart() {
  RETURN_IF_ERROR(spool_->Flush());
  offsets_.push_back(spool_->offset());
  return absl::OkStatus();
}

absl::Status MergePairRuns(const std::vector<PairRun>& runs, uint64_t part,
                           const PairVisitor& visit) {
  std::vector<std::unique_ptr<RunReader>> readers;
  for (const PairRun& run : runs) {
    ASSIGN_OR_RETURN(auto spool,
                     NumberSpoolReader::Open(run.path, run.offsets[part], run.offsets[part + 1]));
    readers.push_back(std::make_unique<RunReader>(std::move(spool)));
  }
  return MergeSorted(readers, AddWeights, [&](uint64_t key, uint64_t weight) {
    return visit({key, weight});
  });
}

}  // namespace elman
