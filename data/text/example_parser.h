// Parses the lines of a corpus into the texts of examples. Formats:
//
// - LANGUAGE_MODEL: a line is an example.
// - CLASSIFICATION: LABEL<TAB>TEXT
// - TAGGING: one word per line, in columns (tagged_columns.h). All lines of a file have the same
//   number of columns. An empty line ends a sentence.
// - TRANSLATION: SOURCE<TAB>TARGET, or the lines of parallel files.
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

// An example. Its texts are parts of the chunk in which it was found.
struct TextExample {
  // By field. TAGGING has the words and the tags of a sentence; other tasks have one text or label
  // per field.
  std::vector<std::string_view> fields[kMaxFields];
  size_t line = 0;  // index of its first line in the chunk
  // For a line of a language model that is divided into several pieces.
  bool continues = false;
  bool ends = true;
  // The example with its original bytes if invalid UTF-8 was replaced; otherwise null.
  const TextExample* original = nullptr;

  // The original bytes of the field.
  const std::vector<std::string_view>& raw(int field) const {
    return original == nullptr ? fields[field] : original->fields[field];
  }
};

// Counts of the parts of a corpus that do not become examples.
struct LeftOut {
  uint64_t empty_lines = 0;     // without a word; not counted for TAGGING
  uint64_t half_pairs = 0;      // for TRANSLATION: text on one side only
  uint64_t document_marks = 0;  // for TAGGING: lines that begin with -DOCSTART-
  // Not UTF-8; skipped or replaced, depending on ExampleRules.
  uint64_t invalid_examples = 0;
  uint64_t long_examples = 0;  // more ids than ExampleRules allow; left out or truncated

  void Add(const LeftOut& other) {
    empty_lines += other.empty_lines;
    half_pairs += other.half_pairs;
    document_marks += other.document_marks;
    invalid_examples += other.invalid_examples;
    long_examples += other.long_examples;
  }
};

// Maximum size of a label. A longer one is probably a text because columns were exchanged.
inline constexpr size_t kMaxLabelBytes = 256;

// The corpus with the reading options of the task.
Corpus CorpusOf(Task task, std::vector<std::string> files, std::vector<std::string> target_files);

// Calls `visit` for each example of a chunk in order, and counts what is left out. `columns` are
// the columns to read for TAGGING. For a language model, lines without a word are visited too; the
// caller decides what to do with them. The first line in a wrong format gives an error with its
// file and line number.
absl::Status ParseExamples(Task task, const ColumnChoice& columns, const TextChunk& chunk,
                           const std::function<void(const TextExample&)>& visit, LeftOut* left_out);

}  // namespace elman
