// Batches for truncated back-propagation through time: the split is cut into `batch_size`
// contiguous streams, read side by side, `sequence_length` steps at a time, so that the state at
// the end of one batch is the state before the next.
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

// The arithmetic of the cut. Stream s covers targets [begin(s), begin(s + 1)) of the split's
// tokens: lengths differ by at most one, and every token is a target exactly once. The input before
// the first token of the split is </s>.
class StreamPlan {
 public:
  // Streams beyond the number of tokens are empty.
  StreamPlan(uint64_t tokens, int streams, int sequence_length);

  int64_t windows() const;  // batches an epoch: of the longest stream, rounded up
  uint64_t begin(int stream) const;
  // Time steps of a window: sequence_length, or fewer in the last.
  int steps(int64_t window) const;
  int sequence_length() const { return sequence_length_; }
  int streams() const { return streams_; }

 private:
  uint64_t longest() const;  // the length of the longest stream

  uint64_t tokens_;
  int streams_;
  int sequence_length_;
};

// What counts as one text, at whose begin the state that a stream carries begins anew.
enum class TextUnit {
  kSplit,      // all of it
  kLine,       // what ends in </s>
  kParagraph,  // what an empty line ends, which is an </s> by itself
};

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

// The same split of several data sets with one vocabulary: of the streams, each has as many as
// `weights` give it (Apportion). Streams of a data set begin again when they are through, at
// their own pace: an epoch has about as many tokens as all together, those of some often and of
// others in part.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixedStreamBatcher(
    const std::vector<std::shared_ptr<const Dataset>>& datasets, const std::vector<double>& weights,
    std::string_view split, const StreamShape& shape);

}  // namespace elman
