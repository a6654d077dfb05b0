#include "data/text/example_parser.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

bool IsEmpty(std::string_view text) { return Trimmed(text).empty(); }

// The error "FILE: line 3: expected EXPECTED, found 'the line'; REMEDY".
absl::Status Malformed(const TextChunk& chunk, size_t line, std::string_view expected,
                       std::string_view remedy) {
  constexpr size_t kMostShown = 60;
  const std::string_view text = chunk.line(line);
  return absl::InvalidArgumentError(
      absl::StrCat(chunk.PlaceOf(line), ": expected ", std::string(expected), ", found '",
                   absl::Utf8SafeCHexEscape(std::string(text.substr(0, kMostShown))),
                   text.size() > kMostShown ? "'...; " : "'; ", std::string(remedy)));
}

absl::Status CheckLabel(const TextChunk& chunk, size_t line, std::string_view label,
                        std::string_view remedy) {
  if (!label.empty() && label.size() <= kMaxLabelBytes) return absl::OkStatus();
  return Malformed(chunk, line,
                   absl::StrCat("a label of 1 to ", kMaxLabelBytes,
                                " bytes, without the spaces "
                                "around it"),
                   remedy);
}

absl::Status ParseClassification(const TextChunk& chunk, size_t i, TextExample* example,
                                 LeftOut* left_out) {
  constexpr std::string_view kRemedy = "write LABEL<TAB>TEXT";
  const std::string_view line = chunk.line(i);
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return Malformed(chunk, i, "a label, a tab and a text", kRemedy);
  }
  const std::string_view label = Trimmed(line.substr(0, tab));
  RETURN_IF_ERROR(CheckLabel(chunk, i, label, kRemedy));
  const std::string_view text = line.substr(tab + 1);
  if (IsEmpty(text)) return ++left_out->empty_lines, absl::OkStatus();
  example->fields[0].push_back(text);
  example->fields[1].push_back(label);
  return absl::OkStatus();
}

void ParsePair(std::string_view source, std::string_view target, TextExample* example,
               LeftOut* left_out) {
  if (IsEmpty(source) && IsEmpty(target)) {
    ++left_out->empty_lines;
  } else if (IsEmpty(source) || IsEmpty(target)) {
    ++left_out->half_pairs;
  } else {
    example->fields[0].push_back(source);
    example->fields[1].push_back(target);
  }
}

absl::Status ParseTabbedPair(const TextChunk& chunk, size_t i, TextExample* example,
                             LeftOut* left_out) {
  const std::string_view line = chunk.line(i);
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos) {
    return Malformed(chunk, i, "a source, one tab and a target",
                     "write SOURCE<TAB>TARGET (cut -f1,2 drops further columns), or give parallel "
                     "files as SOURCE_FILE:TARGET_FILE");
  }
  ParsePair(line.substr(0, tab), line.substr(tab + 1), example, left_out);
  return absl::OkStatus();
}

// Appends the word and the tag of a line.
absl::Status AddTaggedWord(const TextChunk& chunk, size_t i, const TagColumns& columns,
                           const TaggedLine& line, TextExample* example) {
  constexpr std::string_view kRemedy = "write WORD<TAB>TAG, or say --word_column and --tag_column";
  if (line.columns != chunk.columns.columns) {
    const bool comment = chunk.line(i).starts_with('#');
    return Malformed(
        chunk, i,
        absl::StrCat(chunk.columns.columns, " columns as in line ", chunk.columns.line, ", not ",
                     line.columns),
        comment
            ? "comments are read in CoNLL-U only; drop them: grep -v '^#' FILE > TEXT"
            : "all lines of a file have the same columns, a word and its tag among them, and an "
              "empty line stands between sentences");
  }
  if (line.word.empty()) {
    return Malformed(chunk, i, absl::StrCat("a word in column ", columns.word()), kRemedy);
  }
  RETURN_IF_ERROR(CheckLabel(chunk, i, line.tag, kRemedy));
  example->fields[0].push_back(line.word);
  example->fields[1].push_back(line.tag);
  return absl::OkStatus();
}

void Clear(TextExample* example) {
  for (auto& field : example->fields) field.clear();
}

// Visits the example unless it is empty.
void Visit(const std::function<void(const TextExample&)>& visit, TextExample* example) {
  if (!example->fields[0].empty()) visit(*example);
  Clear(example);
}

absl::Status ParseSentences(const TextChunk& chunk, const ColumnChoice& choice,
                            const std::function<void(const TextExample&)>& visit,
                            LeftOut* left_out) {
  ASSIGN_OR_RETURN(const TagColumns columns, ColumnsOf(choice, chunk.columns, chunk.files[0]));
  TextExample example;
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const TaggedLine line = ParseTaggedLine(columns, chunk.line(i));
    switch (line.kind) {
      case TaggedLine::kWord:
        if (example.fields[0].empty()) example.line = i;
        RETURN_IF_ERROR(AddTaggedWord(chunk, i, columns, line, &example));
        break;
      case TaggedLine::kLeftOut:
        break;
      case TaggedLine::kNoId:
        return Malformed(chunk, i, "a line of CoNLL-U, which begins with the number of a word",
                         "correct it, or give --word_column and --tag_column");
      case TaggedLine::kDocumentMark:
        ++left_out->document_marks;
        [[fallthrough]];
      case TaggedLine::kSentenceEnd:
        Visit(visit, &example);
    }
  }
  Visit(visit, &example);
  return absl::OkStatus();
}

}  // namespace

Corpus CorpusOf(Task task, std::vector<std::string> files, std::vector<std::string> target_files) {
  return {.files = std::move(files),
          .target_files = std::move(target_files),
          .whole_lines = !IsRunningText(task),
          .sentences = task == TAGGING};
}

absl::Status ParseExamples(Task task, const ColumnChoice& columns, const TextChunk& chunk,
                           const std::function<void(const TextExample&)>& visit,
                           LeftOut* left_out) {
  if (task == TAGGING) return ParseSentences(chunk, columns, visit, left_out);
  TextExample example;
  const size_t lines = chunk.paired ? 2 : 1;  // per example
  for (size_t i = 0; i + lines <= chunk.lines.size(); i += lines) {
    example.line = i;
    if (IsRunningText(task)) {
      example.fields[0].push_back(chunk.line(i));
      example.continues = chunk.lines[i].continues;
      example.ends = chunk.lines[i].ends;
    } else if (chunk.paired) {
      ParsePair(chunk.line(i), chunk.line(i + 1), &example, left_out);
    } else if (IsEmpty(chunk.line(i))) {
      ++left_out->empty_lines;
    } else if (task == CLASSIFICATION) {
      RETURN_IF_ERROR(ParseClassification(chunk, i, &example, left_out));
    } else {
      RETURN_IF_ERROR(ParseTabbedPair(chunk, i, &example, left_out));
    }
    Visit(visit, &example);
  }
  return absl::OkStatus();
}

}  // namespace elman
