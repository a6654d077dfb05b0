#include "data/batches/stream_batcher.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/batches/mixture.h"
#include "data/features/feature_reader.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/shard_format.h"

namespace elman {
namespace {

// A stream stays within one block for a long time and sometimes crosses to the next. The memory of
// a block is its ids and the begins of its examples.
constexpr uint64_t kCacheBytesPerStream = kBlockTokenBytes + kBlockTokenBytes / 2;

constexpr uint64_t kTokensBefore = 2;

// The streams of one data set: rows of the batch, beginning with `first_row`.
struct Part {
  std::unique_ptr<TokenReader> reader;
  std::unique_ptr<FeatureReader> features;  // null if batches have no feature vectors
  StreamPlan plan;
  int first_row = 0;
  int32_t end_id = 0;

  uint64_t tokens() const { return reader->tokens(); }
  int end_row() const { return first_row + plan.streams(); }
};

class StreamBatcher : public BatchSource {
 public:
  // An epoch has `windows` batches.
  StreamBatcher(std::vector<Part> parts, const StreamShape& shape, int64_t windows)
      : parts_(std::move(parts)),
        shape_(shape),
        windows_(windows),
        lane_seen_(shape.lanes, false),
        streams_seen_(parts_.size()) {}

  int lanes() const override { return shape_.lanes; }
  int64_t batches_per_epoch() const override { return windows_; }
  int first_row(int lane) const override { return FirstRow(shape_.batch_size, lanes(), lane); }
  int end_row(int lane) const override { return first_row(lane + 1); }

  void ShowReading(std::atomic<int32_t>* shard) override {
    for (const Part& part : parts_) {
      part.reader->ShowReading(shard);
      if (part.features) part.features->ShowReading(shard);
    }
  }

  absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) override {
    if (epoch < 0 || number < 0 || number >= windows_ || lane < 0 || lane >= lanes()) {
      return absl::OutOfRangeError(absl::StrCat("batch ", number, " of lane ", lane,
                                                "; expected a batch below ", windows_,
                                                " and a lane below ", lanes()));
    }
    GiveCacheTo(lane);
    const auto window_of = [&](const Part& part) {
      return (epoch * windows_ + number) % part.plan.windows();
    };
    batch->steps = 0;
    batch->starts_epoch = true;
    for (const Part& part : parts_) {
      batch->steps = std::max(batch->steps, part.plan.steps(window_of(part)));
      batch->starts_epoch &= window_of(part) == 0;
    }
    batch->rows = end_row(lane) - first_row(lane);
    batch->inputs.assign(static_cast<size_t>(batch->steps) * batch->rows, parts_[0].end_id);
    batch->targets.assign(batch->inputs.size(), kNoTarget);
    batch->target_count = 0;
    batch->restarts.clear();
    if (shape_.feature_size > 0) batch->ClearFeatures(shape_.feature_size);
    for (const Part& part : parts_) {
      const int begin = std::max(part.first_row, first_row(lane));
      const int end = std::min(part.end_row(), end_row(lane));
      for (int row = begin; row < end; ++row) {
        RETURN_IF_ERROR(
            ReadRow(part, window_of(part), row - part.first_row, row - first_row(lane), batch));
      }
    }
    std::ranges::sort(batch->restarts);
    return absl::OkStatus();
  }

 private:
  absl::Status ReadRow(const Part& part, int64_t window, int stream, int row, Batch* batch) {
    const StreamPlan& plan = part.plan;
    const TokenStream& tokens = plan.stream(stream);
    const uint64_t first = plan.first(stream, window);
    if (window == 0 && !batch->starts_epoch) batch->restarts.push_back(row);
    if (first >= tokens.end) return absl::OkStatus();
    const int steps = static_cast<int>(std::min<uint64_t>(plan.steps(window), tokens.end - first));

    // The first token is preceded by the first input, and by the token that shows whether a text
    // begins there.
    const uint64_t before = std::min<uint64_t>(first, kTokensBefore);
    ids_.assign(kTokensBefore + static_cast<size_t>(steps), part.end_id);
    RETURN_IF_ERROR(part.reader->Read(
        first - before, std::span(ids_).subspan(static_cast<size_t>(kTokensBefore - before))));
    for (int t = 0; t < steps; ++t) {
      const size_t element = static_cast<size_t>(t) * batch->rows + row;
      batch->inputs[element] = ids_[t + 1];
      if (TextBegins(shape_.unit, ids_[t] == part.end_id, ids_[t + 1] == part.end_id))
        batch->restarts.push_back(static_cast<int32_t>(element));
      if (first + t < tokens.begin) continue;
      batch->targets[element] = ids_[t + 2];
      ++batch->target_count;
    }
    return part.features ? ReadFeatures(part, first, steps, row, batch) : absl::OkStatus();
  }

  // Reads the vectors of the inputs. The first input is the token before `first`; before the split
  // there is none.
  static absl::Status ReadFeatures(const Part& part, uint64_t first, int inputs, int row,
                                   Batch* batch) {
    for (int t = first == 0 ? 1 : 0; t < inputs; ++t) {
      const size_t element = static_cast<size_t>(t) * batch->rows + row;
      RETURN_IF_ERROR(part.features->Read(first + t - 1, batch->features.of(element)));
    }
    return absl::OkStatus();
  }

  // Only the lanes of this rank get cache, so memory does not grow with the global batch.
  void GiveCacheTo(int lane) {
    if (lane_seen_[lane]) return;
    lane_seen_[lane] = true;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      const int streams =
          std::min(part.end_row(), end_row(lane)) - std::max(part.first_row, first_row(lane));
      streams_seen_[i] += std::max(streams, 0);
      part.reader->set_cache_bytes(streams_seen_[i] * kCacheBytesPerStream);
      if (part.features) part.features->set_cache_blocks(streams_seen_[i]);
    }
  }

  const std::vector<Part> parts_;
  const StreamShape shape_;
  const int64_t windows_;  // per epoch
  std::vector<bool> lane_seen_;
  std::vector<uint64_t> streams_seen_;  // per part
  std::vector<int32_t> ids_;            // of one row
};

absl::Status CheckShape(const StreamShape& shape) {
  RETURN_IF_ERROR(CheckLanes(shape.batch_size, shape.lanes));
  if (shape.sequence_length >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("sequence_length ", shape.sequence_length, " must be at least 1"));
}

// Opens a part with these streams or, if there are none, with `rows` streams of equal length.
absl::StatusOr<Part> OpenPart(const std::shared_ptr<const Dataset>& dataset, std::string_view split,
                              int first_row, int rows, std::vector<TokenStream> streams,
                              const StreamShape& shape) {
  const auto end_id = static_cast<int32_t>(dataset->vocabulary().end_id());
  ASSIGN_OR_RETURN(std::unique_ptr<TokenReader> reader,
                   TokenReader::Open(dataset, split, kCacheBytesPerStream));
  if (reader->tokens() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset->folder(), ": split ", std::string(split), " is empty"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<FeatureReader> features,
                   FeatureReader::Open(*dataset, split, shape.feature_size));
  if (streams.empty()) streams = EqualStreams(reader->tokens(), rows);
  return Part{std::move(reader), std::move(features),
              StreamPlan(std::move(streams), shape.sequence_length), first_row, end_id};
}

}  // namespace

std::vector<TokenStream> EqualStreams(uint64_t tokens, int streams) {
  const auto begin = [&](int stream) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(tokens) * stream / streams);
  };
  std::vector<TokenStream> equal(streams);
  for (int i = 0; i < streams; ++i) equal[i] = {begin(i), begin(i), begin(i + 1)};
  return equal;
}

StreamPlan::StreamPlan(std::vector<TokenStream> streams, int sequence_length)
    : streams_(std::move(streams)), sequence_length_(sequence_length) {
  for (const TokenStream& stream : streams_)
    longest_ = std::max(longest_, stream.end - stream.context);
}

int64_t StreamPlan::windows() const {
  const uint64_t length = sequence_length_;
  return static_cast<int64_t>(longest_ / length + (longest_ % length != 0 ? 1 : 0));
}

int StreamPlan::steps(int64_t window) const {
  const uint64_t before = static_cast<uint64_t>(window) * sequence_length_;
  return static_cast<int>(std::min<uint64_t>(sequence_length_, longest_ - before));
}

uint64_t StreamPlan::first(int stream, int64_t window) const {
  return streams_[stream].context + static_cast<uint64_t>(window) * sequence_length_;
}

bool TextBegins(TextUnit unit, bool end_before, bool end) {
  switch (unit) {
    case TextUnit::kSplit:
      return false;
    case TextUnit::kLine:
      return end;
    case TextUnit::kParagraph:
      return end && end_before;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const StreamShape& shape) {
  return CreateMixedStreamBatcher({std::move(dataset)}, {1}, split, shape);
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split, const StreamShape& shape,
    std::vector<TokenStream> streams) {
  StreamShape own = shape;
  own.batch_size = static_cast<int>(streams.size());
  RETURN_IF_ERROR(CheckShape(own));
  ASSIGN_OR_RETURN(Part part, OpenPart(dataset, split, /*first_row=*/0, own.batch_size,
                                       std::move(streams), own));
  const int64_t windows = part.plan.windows();
  std::vector<Part> parts;
  parts.push_back(std::move(part));
  return std::make_unique<StreamBatcher>(std::move(parts), own, windows);
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixedStreamBatcher(
    const std::vector<std::shared_ptr<const Dataset>>& datasets, const std::vector<double>& weights,
    std::string_view split, const StreamShape& shape) {
  RETURN_IF_ERROR(CheckShape(shape));
  ASSIGN_OR_RETURN(const std::vector<int> streams, Apportion(weights, shape.batch_size));
  std::vector<Part> parts;
  int first_row = 0;
  uint64_t tokens = 0;
  for (size_t i = 0; i < datasets.size(); ++i) {
    ASSIGN_OR_RETURN(Part part,
                     OpenPart(datasets[i], split, first_row, streams[i], /*streams=*/{}, shape));
    tokens += part.tokens();
    parts.push_back(std::move(part));
    first_row += streams[i];
  }
  const StreamPlan whole(EqualStreams(tokens, shape.batch_size), shape.sequence_length);
  return std::make_unique<StreamBatcher>(std::move(parts), shape, whole.windows());
}

}  // namespace elman
