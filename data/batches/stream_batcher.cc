#include "data/batches/stream_batcher.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_writer.h"

namespace elman {
namespace {

// A stream reads within one block for a long time, sometimes across the border to the next.
// Decoded, a token takes four bytes; on disk it may take two.
constexpr uint64_t kCacheBytesPerStream = 2 * kBlockTokenBytes + kBlockTokenBytes / 2;

class StreamBatcher : public BatchSource {
 public:
  StreamBatcher(std::unique_ptr<TokenReader> reader, int32_t end_id, int batch_size,
                int sequence_length, int lanes)
      : reader_(std::move(reader)),
        plan_(reader_->tokens(), batch_size, sequence_length),
        end_id_(end_id),
        batch_size_(batch_size),
        lanes_(lanes),
        lane_seen_(lanes, false) {}

  int lanes() const override { return lanes_; }
  int64_t batches_per_epoch() const override { return plan_.windows(); }
  int first_row(int lane) const override { return FirstRow(batch_size_, lanes_, lane); }
  int end_row(int lane) const override { return first_row(lane + 1); }

  void ShowReading(std::atomic<int32_t>* shard) override { reader_->ShowReading(shard); }

  absl::Status Read(int64_t /*epoch*/, int64_t number, int lane, Batch* batch) override {
    if (number < 0 || number >= plan_.windows() || lane < 0 || lane >= lanes_) {
      return absl::OutOfRangeError(absl::StrCat("batch ", number, " of lane ", lane,
                                                "; expected a batch below ", plan_.windows(),
                                                " and a lane below ", lanes_));
    }
    GiveCacheTo(lane);
    batch->steps = plan_.steps(number);
    batch->rows = end_row(lane) - first_row(lane);
    batch->inputs.assign(static_cast<size_t>(batch->steps) * batch->rows, end_id_);
    batch->targets.assign(batch->inputs.size(), kNoTarget);
    batch->target_count = 0;
    batch->starts_epoch = number == 0;
    for (int row = 0; row < batch->rows; ++row) {
      RETURN_IF_ERROR(ReadRow(number, first_row(lane) + row, row, batch));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadRow(int64_t number, int stream, int row, Batch* batch) {
    const uint64_t first =
        plan_.begin(stream) + static_cast<uint64_t>(number) * plan_.sequence_length();
    const uint64_t end = plan_.begin(stream + 1);
    if (first >= end) return absl::OkStatus();
    const int targets = static_cast<int>(std::min<uint64_t>(batch->steps, end - first));

    // One token more than targets: what stands before the first target is the first input.
    const uint64_t begin = first == 0 ? 0 : first - 1;
    ids_.resize(static_cast<size_t>(first - begin) + targets);
    RETURN_IF_ERROR(reader_->Read(begin, ids_));
    if (first == 0) ids_.insert(ids_.begin(), end_id_);
    for (int t = 0; t < targets; ++t) {
      const size_t element = static_cast<size_t>(t) * batch->rows + row;
      batch->inputs[element] = ids_[t];
      batch->targets[element] = ids_[t + 1];
    }
    batch->target_count += targets;
    return absl::OkStatus();
  }

  // A rank reads its own lanes only: memory grows with these, not with the global batch.
  void GiveCacheTo(int lane) {
    if (lane_seen_[lane]) return;
    lane_seen_[lane] = true;
    streams_seen_ += end_row(lane) - first_row(lane);
    reader_->set_cache_bytes(static_cast<uint64_t>(streams_seen_) * kCacheBytesPerStream);
  }

  const std::unique_ptr<TokenReader> reader_;
  const StreamPlan plan_;
  const int32_t end_id_;
  const int batch_size_;
  const int lanes_;
  std::vector<bool> lane_seen_;
  int64_t streams_seen_ = 0;
  std::vector<int32_t> ids_;  // of one row
};

}  // namespace

StreamPlan::StreamPlan(uint64_t tokens, int streams, int sequence_length)
    : tokens_(tokens), streams_(streams), sequence_length_(sequence_length) {}

uint64_t StreamPlan::longest() const {
  return tokens_ / streams_ + (tokens_ % streams_ != 0 ? 1 : 0);
}

int64_t StreamPlan::windows() const {
  return static_cast<int64_t>((longest() + sequence_length_ - 1) / sequence_length_);
}

uint64_t StreamPlan::begin(int stream) const {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(tokens_) * stream / streams_);
}

int StreamPlan::steps(int64_t window) const {
  const uint64_t before = static_cast<uint64_t>(window) * sequence_length_;
  return static_cast<int>(std::min<uint64_t>(sequence_length_, longest() - before));
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int sequence_length, int lanes) {
  RETURN_IF_ERROR(CheckLanes(batch_size, lanes));
  if (sequence_length < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("sequence_length ", sequence_length, " must be at least 1"));
  }
  const Vocabulary& vocabulary = dataset->vocabulary();
  const int32_t end_id = static_cast<int32_t>(vocabulary.end_id());
  ASSIGN_OR_RETURN(std::unique_ptr<TokenReader> reader,
                   TokenReader::Open(dataset, split, kCacheBytesPerStream));
  if (reader->tokens() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset->folder(), ": split ", std::string(split), " is empty"));
  }
  return std::unique_ptr<BatchSource>(
      new StreamBatcher(std::move(reader), end_id, batch_size, sequence_length, lanes));
}

}  // namespace elman
