// The streams that a split is evaluated in. They are cut where lines begin. Each reads enough
// context first that its loss equals that of a single stream over the whole split.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/stream_batcher.h"
#include "data/shards/token_reader.h"

namespace elman {

struct TextStreamsSpec {
  int most = 1;               // streams
  uint64_t least_tokens = 1;  // approximate minimum number of targets per stream
  // Minimum number of tokens read before the first target of a stream that begins within a text.
  uint64_t context_tokens = 0;
  TextUnit unit = TextUnit::kSplit;
};

// At least one stream; every token is a target of exactly one. Streams begin where a text begins,
// and then have no context; of kSplit, and of kParagraph where none begins nearby, they begin with
// a line and have context, back to the begin of their text if that is near enough. A line of kLine
// is never divided. Depends on the tokens of the split and `spec` alone, not on shards. Reads
// blocks around the cuts only. Errors are those of reading.
absl::StatusOr<std::vector<TokenStream>> CutAtTexts(const TextStreamsSpec& spec, int32_t end_id,
                                                    TokenReader* reader);

}  // namespace elman
