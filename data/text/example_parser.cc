#include "data/text/example_parser.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/text/characters.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

constexpr std::string_view kDocumentMark = "-DOCSTART-";

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsEmpty(std::string_view text) { return Trimmed(text).empty(); }

// "FILE: line 3: expected EXPECTED, found 'the line'; REMEDY".
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
absl::Status ParseTaggedWord(const TextChunk& chunk, size_t i, TextExample* example) {
  constexpr std::string_view kRemedy =
      "write WORD<TAB>TAG, the word in the first column and the tag in the last";
  const std::string_view line = chunk.line(i);
  const std::string_view columns = line.find('\t') == std::string_view::npos ? Trimmed(line) : line;
  const char separator = columns.find('\t') == std::string_view::npos ? ' ' : '\t';
  const size_t first = columns.find(separator);
  if (first == std::string_view::npos) return Malformed(chunk, i, "a word and a tag", kRemedy);
  const std::string_view word = Trimmed(columns.substr(0, first));
  const std::string_view tag = Trimmed(columns.substr(columns.rfind(separator) + 1));
  if (word.empty()) return Malformed(chunk, i, "a word in the first column", kRemedy);
  RETURN_IF_ERROR(CheckLabel(chunk, i, tag, kRemedy));
  example->fields[0].push_back(word);
  example->fields[1].push_back(tag);
  return absl::OkStatus();
}

void Clear(TextExample* example) {
  for (auto& field : example->fields) field.clear();
}

// Visits the example unless there is nothing in it.
void Visit(const std::function<void(const TextExample&)>& visit, TextExample* example) {
  if (!example->fields[0].empty()) visit(*example);
  Clear(example);
}

absl::Status ParseSentences(const TextChunk& chunk,
                            const std::function<void(const TextExample&)>& visit,
                            LeftOut* left_out) {
  TextExample example;
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const std::string_view line = chunk.line(i);
    const bool mark = line.substr(0, kDocumentMark.size()) == kDocumentMark;
    left_out->document_marks += mark ? 1 : 0;
    if (mark || IsEmpty(line)) {
      Visit(visit, &example);
    } else {
      if (example.fields[0].empty()) example.line = i;
      RETURN_IF_ERROR(ParseTaggedWord(chunk, i, &example));
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

absl::Status ParseExamples(Task task, const TextChunk& chunk,
                           const std::function<void(const TextExample&)>& visit,
                           LeftOut* left_out) {
  if (task == TAGGING) return ParseSentences(chunk, visit, left_out);
  TextExample example;
  const size_t lines = chunk.paired ? 2 : 1;  // of an example
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
