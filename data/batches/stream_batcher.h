// Batches for truncated back-propagation through time: the split is cut into `batch_size`
// contiguous streams, read side by side, `sequence_length` steps at a time, so that the state at
// the end of one batch is the state before the next. Training has streams of equal length;
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

// Tokens of a split that are read one after another. [begin, end) are targets; [context, begin) are
// read before them, for the state that they leave.
struct TokenStream {
  uint64_t context = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Streams of equal length, to within one token, that have every token of the split as a target
// exactly once, and no context. Those beyond the number of tokens are empty.
std::vector<TokenStream> EqualStreams(uint64_t tokens, int streams);

// The arithmetic of windows: `sequence_length` tokens of each stream, from its context on. The
// input before the first token of the split is </s>.
class StreamPlan {
 public:
  StreamPlan(std::vector<TokenStream> streams, int sequence_length);

  int64_t windows() const;  // batches an epoch: of the longest stream, rounded up
  // Time steps of a window: sequence_length, or fewer in the last.
  int steps(int64_t window) const;
  // The first token of a stream's window; it may lie beyond the stream's end.
  uint64_t first(int stream, int64_t window) const;
  const TokenStream& stream(int number) const { return streams_[number]; }
  int streams() const { return static_cast<int>(streams_.size()); }
  int sequence_length() const { return sequence_length_; }

 private:
  std::vector<TokenStream> streams_;
  int sequence_length_;
  uint64_t longest_ = 0;  // the length of the longest stream, context included
};

// What counts as one text, at whose begin the state that a stream carries begins anew.
enum class TextUnit {
  kSplit,      // all of it
  kLine,       // what ends in </s>
  kParagraph,  // what an empty line ends, which is an </s> by itself
};

// Whether a text begins after an input: is that an </s> (`end`), and the token before it
// (`end_before`)? Before the split, there are ends of texts.
bool TextBegins(TextUnit unit, bool end_before, bool end);

struct StreamShape {
  int batch_size = 1;
  int sequence_length = 1;
  int lanes = 1;
  TextUnit unit = TextUnit::kSplit;
  // Batches have the vectors that came with the text, of so many numbers; 0: they have none.
  int feature_size = 0;
};

// Lane l owns the streams [l * batch_size / lanes, (l + 1) * batch_size / lanes). Every epoch is
// the same. InvalidArgument if there are more lanes than streams, naming both; FailedPrecondition
// if there are no such vectors as are wanted.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const StreamShape& shape);

// The same of streams that the caller chose (CutAtTexts), at least one, in the place of
// shape.batch_size.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateStreamBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const StreamShape& shape,
    std::vector<TokenStream> streams);

// The same split of several data sets with one vocabulary: of the streams, each has as many as
// `weights` give it (Apportion). Streams of a data set begin again when they are through, at
// their own pace: an epoch has about as many tokens as all together, those of some often and of
// others in part.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixedStreamBatcher(
    const std::vector<std::shared_ptr<const Dataset>>& datasets, const std::vector<double>& weights,
    std::string_view split, const StreamShape& shape);

}  // namespace elman
