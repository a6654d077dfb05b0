// A chunk of text to the examples of a language model.
#pragma once

#include <cstdint>

#include "data/shards/example_spool.h"
#include "data/text/corpus_reader.h"
#include "data/tokenizer/tokenizer.h"
#include "proto/dataset.pb.h"

namespace elman {

struct TokenizedChunk {
  uint64_t number = 0;  // the chunk's
  uint64_t text_bytes = 0;
  uint64_t empty_lines = 0;    // left out
  uint64_t invalid_lines = 0;  // with bytes that are not UTF-8
  SpooledExamples examples;
};

// An example a line (or piece of a long line); `end_id` ends each line. Reuses the memory of
// `tokenized`.
void TokenizeChunk(const TokenizerSpec& spec, const Tokenizer& tokenizer, uint32_t end_id,
                   const TextChunk& chunk, TokenizedChunk* tokenized);

}  // namespace elman
