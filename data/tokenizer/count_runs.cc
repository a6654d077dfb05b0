#include "data/tokenizer/count_runs.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/append_file.h"
#include "data/io/bytes.h"
#include "data/io/file_system.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "data/records/merge_sorted.h"
#include "data/records/record_io.h"

namespace elman {
namespace {

// Approximate size of a record of a run. A piece is stored as its count and its size, 8 bytes each,
// and its bytes.
constexpr size_t kRecordBytes = size_t{64} << 10;
constexpr size_t kNumberBytes = 2 * sizeof(uint64_t);
// Number of runs of a table that are merged into one, to limit open files.
constexpr size_t kMaxRuns = 64;

class RunWriter {
 public:
  static absl::StatusOr<std::unique_ptr<RunWriter>> Create(const std::string& path) {
    RETURN_IF_ERROR(RemoveFile(path));
    ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, AppendFile::Open(path));
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(file)));
  }

  absl::Status Add(std::string_view piece, uint64_t count) {
    const uint64_t numbers[] = {count, piece.size()};
    frame_.append(AsBytes(numbers));
    frame_.append(piece);
    return frame_.size() < kRecordBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Flush() {
    if (frame_.size() == kRecordHeaderBytes) return absl::OkStatus();
    CloseFrame(&frame_);
    RETURN_IF_ERROR(file_->Append(frame_));
    frame_.resize(kRecordHeaderBytes);
    return absl::OkStatus();
  }

 private:
  explicit RunWriter(std::unique_ptr<AppendFile> file)
      : file_(std::move(file)), frame_(kRecordHeaderBytes, '\0') {}
  const std::unique_ptr<AppendFile> file_;
  std::string frame_;
};

class RunReader {
 public:
  using Key = std::string;
  static absl::StatusOr<std::unique_ptr<RunReader>> Open(const std::string& path) {
    ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    return std::unique_ptr<RunReader>(new RunReader(std::move(file)));
  }

  // Moves to the next piece. Returns false at the end.
  absl::StatusOr<bool> Next() {
    while (rest_.empty()) {
      if (offset_ == file_->size()) return false;
      ASSIGN_OR_RETURN(offset_, RecordReader(file_.get()).Read(offset_, &payload_));
      rest_ = payload_;
    }
    uint64_t numbers[2] = {};
    if (rest_.size() >= kNumberBytes) CopyFromBytes(rest_, numbers);
    if (rest_.size() < kNumberBytes || rest_.size() - kNumberBytes < numbers[1]) {
      return absl::DataLossError(absl::StrCat(file_->path(), ": damaged file of counts"));
    }
    count_ = numbers[0];
    piece_ = rest_.substr(kNumberBytes, numbers[1]);
    rest_.remove_prefix(kNumberBytes + piece_.size());
    return true;
  }
  std::string_view key() const { return piece_; }
  uint64_t count() const { return count_; }

 private:
  explicit RunReader(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<RandomAccessFile> file_;
  uint64_t offset_ = 0;
  std::string payload_;
  std::string_view rest_;  // part of payload_
  std::string_view piece_;
  uint64_t count_ = 0;
};

}  // namespace

absl::Status MergeRuns(const std::vector<std::string>& paths,
                       const std::function<absl::Status(std::string_view, uint64_t)>& visit) {
  std::vector<std::unique_ptr<RunReader>> runs;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(runs.emplace_back(), RunReader::Open(path));
  }
  return MergeSorted(runs, std::plus<>(), visit);
}

absl::Status SpillingCounts::SpillIfFull() {
  // While it grows, the table needs up to twice the memory.
  return table_.memory_bytes() < max_bytes_ / 2 ? absl::OkStatus() : Spill();
}

absl::Status SpillingCounts::Spill() {
  std::vector<uint32_t> order(table_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [this](uint32_t number) { return table_.piece(number); });
  const std::string path = absl::StrCat(prefix_, "-", files_++);
  ASSIGN_OR_RETURN(const std::unique_ptr<RunWriter> run, RunWriter::Create(path));
  for (const uint32_t number : order)
    RETURN_IF_ERROR(run->Add(table_.piece(number), table_.count(number)));
  RETURN_IF_ERROR(run->Flush());
  runs_.push_back(path);
  table_.Clear();
  return runs_.size() < kMaxRuns ? absl::OkStatus() : MergeOwn();
}

absl::Status SpillingCounts::MergeOwn() {
  const std::string path = absl::StrCat(prefix_, "-", files_++);
  ASSIGN_OR_RETURN(const std::unique_ptr<RunWriter> merged, RunWriter::Create(path));
  RETURN_IF_ERROR(MergeRuns(
      runs_, [&](std::string_view piece, uint64_t count) { return merged->Add(piece, count); }));
  RETURN_IF_ERROR(merged->Flush());
  for (const std::string& run : runs_) RETURN_IF_ERROR(RemoveFile(run));
  runs_ = {path};
  return absl::OkStatus();
}

absl::StatusOr<std::string> SpillingCounts::Finish() {
  RETURN_IF_ERROR(Spill());
  table_ = PieceCounts();
  if (runs_.size() > 1) RETURN_IF_ERROR(MergeOwn());
  return runs_[0];
}

}  // namespace elman
