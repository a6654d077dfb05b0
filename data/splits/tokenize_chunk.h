// Converts a chunk of text to examples of token ids.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "data/splits/chunk_statistics.h"
#include "data/staging/example_spool.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "proto/dataset.pb.h"

namespace elman {

// How the examples of a task are converted to ids.
struct ExampleCoding {
  struct Field {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::shared_ptr<const Tokenizer> tokenizer;  // null: labels, which are looked up unchanged
    TokenizerSpec::Kind kind = TokenizerSpec::KIND_UNSPECIFIED;
    bool count_unknown_words = false;
  };
  ExampleRules rules;
  bool keep_empty_lines = false;
  std::vector<Field> fields;
  bool hash_contents = false;
  // Which raw text of the examples is kept.
  RawTextHeader::Content raw_text = RawTextHeader::CONTENT_UNSPECIFIED;  // none
};

// The result of TokenizeChunk. Reuse it to reuse its memory.
struct TokenizedChunk {
  ChunkStatistics statistics;
  SpooledExamples examples;  // its notes are the serialized statistics
};

// Converts every example that the rules do not leave out. Reuses the memory of `tokenized`. Lines
// of a language model and both sides of a translation end with </s>. The first piece of a tagged
// word has its tag; the other pieces have no_label_id(). Unknown labels get ids from
// first_unseen_id(), in order of first occurrence in the chunk.
absl::Status TokenizeChunk(const ExampleCoding& coding, const TextChunk& chunk,
                           TokenizedChunk* tokenized);

}  // namespace elman
