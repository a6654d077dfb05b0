// Cuts a split into streams for evaluation. Streams begin at lines. Each reads enough context first
// that its loss equals that of a single stream over the whole split.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/stream_batcher.h"
#include "data/shards/token_reader.h"

namespace elman {

// How to cut a split into streams.
struct TextStreamsSpec {
  int most = 1;               // maximum number of streams
  uint64_t least_tokens = 1;  // approximate minimum number of targets per stream
  // Minimum number of tokens read before the first target of a stream that begins within a text.
  uint64_t context_tokens = 0;
  TextUnit unit = TextUnit::kSplit;
};

// Returns at least one stream; every token is a target of exactly one. With kLine, and with
// kParagraph if a paragraph begins near the cut, a stream begins with a text and has no context.
// Otherwise it begins with a line and has context, at most back to the begin of its text. With
// kLine a line is never divided. The result depends on the tokens of the split and `spec` only, not
// on the shards. Reads only the blocks around the cuts. Returns read errors.
absl::StatusOr<std::vector<TokenStream>> CutAtTexts(const TextStreamsSpec& spec, int32_t end_id,
                                                    TokenReader* reader);

}  // namespace elman
