// A chunk of text to examples of token ids.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/example_spool.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_parser.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "proto/dataset.pb.h"

namespace elman {

// How the examples of a task become ids.
struct ExampleCoding {
  struct Field {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::shared_ptr<const Tokenizer> tokenizer;  // null: labels, looked up as they are
  };
  Task task = LANGUAGE_MODEL;
  bool keep_empty_lines = false;
  std::vector<Field> fields;
};

// What is told of a text besides its tokens.
struct TextFindings {
  LeftOut left_out;
  uint64_t invalid_examples = 0;  // with bytes that are not UTF-8
  PieceCounts unseen_labels;

  // As bytes, for a spool or another process, and the sum with such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);
};

struct TokenizedChunk {
  TextFindings findings;
  SpooledExamples examples;  // its notes are the findings
};

// The fields of every example, reusing the memory of `tokenized`. The lines of a language model and
// both sides of a translation end in </s>. Of the pieces of a tagged word, the first has its tag
// and the others have no_label_id(). A label that is not known is unknown_id().
absl::Status TokenizeChunk(const ExampleCoding& coding, const TextChunk& chunk,
                           TokenizedChunk* tokenized);

}  // namespace elman
