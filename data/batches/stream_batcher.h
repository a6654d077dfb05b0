// Batches for truncated back-propagation through time. The split is cut into `batch_size`
// contiguous streams, which are read in parallel, `sequence_length` steps per batch. So the state
// at the end of one batch is the initial state of the next. Training uses streams of equal length;
// evaluation chooses where they begin (text_streams.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/token_reader.h"

namespace elman {

// A contiguous range of tokens of a split. The tokens [begin, end) are targets. The tokens
// [context, begin) are read before them to compute the state and are not targets.
struct TokenStream {
  uint64_t context = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Streams whose lengths differ by at most one token. Every token of the split is a target exactly
// once, and there is no context. If there are more streams than tokens, the rest are empty.
std::vector<TokenStream> EqualStreams(uint64_t tokens, int streams);

// Computes the windows of streams: `sequence_length` tokens of each stream, beginning at its
// context. The input before the first token of the split is </s>.
class StreamPlan {
 public:
  StreamPlan(std::vector<TokenStream> streams, int sequence_length);

  // Batches per epoch: the length of the longest stream in windows, rounded up.
  int64_t windows() const;
  // Time steps of a window: sequence_length, or fewer in the last window.
  int steps(int64_t window) const;
  // Position of the first token of a stream's window; it may be after the end of the stream.
  uint64_t first(int stream, int64_t window) const;
  const TokenStream& stream(int number) const { return streams_[number]; }
  int streams() const { return static_cast<int>(streams_.size()); }
  int sequence_length() const { return sequence_length_; }

 private:
  std::vector<TokenStream> streams_;
  int sequence_length_;
  uint64_t longest_ = 0;  // including context
};

// The unit that counts as one text. The carried state is reset where a text begins.
enum class TextUnit {
  kSplit,      // the whole split
  kLine,       // a line, which ends with </s>
  kParagraph,  // a paragraph, which ends with an empty line (a single </s>)
};

// Whether a text begins after an input. `end`: the input is </s>. `end_before`: the token before it
// is </s>. Positions before the split count as </s>.
bool TextBegins(TextUnit unit, bool end_before, bool end);

// Size and options of stream batches.
struct StreamShape {
  int batch_size = 1;
  int sequence_length = 1;
  int lanes = 1;
  TextUnit unit = TextUnit::kSplit;
  // Numbers per feature vector (Batch::features). 0: batches have no features.
  int feature_size = 0;
};

// Creates a source of EqualStreams. Lane l has the streams [l * batch_size / lanes, (l + 1) *
// batch_size / lanes). All epochs are the same. InvalidArgument if there are more lanes than
// streams; the message contains both numbers. FailedPrecondition if the data set does not have
// feature vectors of the requested size.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const StreamShape& shape);

// As above, with streams that the caller chose (CutAtTexts). There must be at least one;
// shape.batch_size is ignored.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split, const StreamShape& shape,
    std::vector<TokenStream> streams);

// As above, for the same split of several data sets with one vocabulary. `weights` divide the
// streams among the data sets (Apportion). When the streams of a data set end, they begin again. An
// epoch has about as many tokens as all data sets together, so it may repeat one data set and use
// only a part of another.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixedStreamBatcher(
    const std::vector<std::shared_ptr<const Dataset>>& datasets, const std::vector<double>& weights,
    std::string_view split, const StreamShape& shape);

}  // namespace elman
