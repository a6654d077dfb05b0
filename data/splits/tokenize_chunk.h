// A chunk of text to examples of token ids.
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

// How the examples of a task become ids.
struct ExampleCoding {
  struct Field {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::shared_ptr<const Tokenizer> tokenizer;  // null: labels, looked up as they are
    TokenizerSpec::Kind kind = TokenizerSpec::KIND_UNSPECIFIED;
    bool count_unknown_words = false;
  };
  ExampleRules rules;
  bool keep_empty_lines = false;
  std::vector<Field> fields;
  bool hash_contents = false;
  // What raw text of the examples is kept.
  RawTextHeader::Content raw_text = RawTextHeader::CONTENT_UNSPECIFIED;  // none
};

struct TokenizedChunk {
  TextFindings findings;
  SpooledExamples examples;  // its notes are the findings
};

// The fields of every example that the rules leave, reusing the memory of `tokenized`. The lines of
// a language model and both sides of a translation end in </s>. Of the pieces of a tagged word, the
// first has its tag and the others have no_label_id(). Labels that are not known have ids from
// first_unseen_id() on, by the order in which the chunk has them.
absl::Status TokenizeChunk(const ExampleCoding& coding, const TextChunk& chunk,
                           TokenizedChunk* tokenized);

}  // namespace elman
