// From the lines of a corpus to the texts of its examples: the four formats.
//
//   LANGUAGE_MODEL  a line is an example
//   CLASSIFICATION  LABEL<TAB>TEXT
//   TAGGING         a word a line, in columns (tagged_columns.h), of which all lines of a file have
//                   the same number; an empty line ends a sentence
//   TRANSLATION     SOURCE<TAB>TARGET, or the lines of parallel files
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/text/corpus_reader.h"
#include "data/text/tagged_columns.h"
#include "data/text/task_fields.h"
#include "proto/dataset.pb.h"

namespace elman {

// Parts of the chunk that it was found in.
struct TextExample {
  // By field: the words of TAGGING, and their tags; else one text or label.
  std::vector<std::string_view> fields[kMaxFields];
  size_t line = 0;  // of the chunk: its first
  // Of a language model's line that comes in pieces.
  bool continues = false;
  bool ends = true;
  // As it is in the corpus, where bytes that are not UTF-8 were replaced; else null.
  const TextExample* original = nullptr;

  // The field as it is in the corpus, byte for byte.
  const std::vector<std::string_view>& raw(int field) const {
    return original == nullptr ? fields[field] : original->fields[field];
  }
};

// What is in a corpus and makes no example.
struct LeftOut {
  uint64_t empty_lines = 0;     // without a word of text; of TAGGING, they are no such thing
  uint64_t half_pairs = 0;      // of TRANSLATION, with text on one side only
  uint64_t document_marks = 0;  // of TAGGING, lines that begin with -DOCSTART-
  // Not UTF-8, and skipped or replaced as ExampleRules say.
  uint64_t invalid_examples = 0;
  uint64_t long_examples = 0;  // with more ids than ExampleRules allow; left out or truncated

  void Add(const LeftOut& other) {
    empty_lines += other.empty_lines;
    half_pairs += other.half_pairs;
    document_marks += other.document_marks;
    invalid_examples += other.invalid_examples;
    long_examples += other.long_examples;
  }
};

// A label is a name, not a text: one that is longer shows that columns were exchanged.
inline constexpr size_t kMaxLabelBytes = 256;

// What a reader is to do with the files of a task.
Corpus CorpusOf(Task task, std::vector<std::string> files, std::vector<std::string> target_files);

// Calls `visit` for the examples of a chunk, in order, and adds up what was left out. Of TAGGING,
// `columns` says which are read. Lines without
// a word of text are examples of a language model, which says itself what to do with them. The
// first line that is not in the format is an error that names its file and number.
absl::Status ParseExamples(Task task, const ColumnChoice& columns, const TextChunk& chunk,
                           const std::function<void(const TextExample&)>& visit, LeftOut* left_out);

}  // namespace elman
