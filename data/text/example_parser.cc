#include "data/text/example_parser.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/format/characters.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// A tagged file with more words than this and without an empty line is not one sentence: the empty
// lines are missing, or it is no tagged text.
constexpr size_t kMostUndividedWords = 200;

bool IsEmpty(std::string_view text) { return Trimmed(text).empty(); }

// The error "FILE: line 3: expected EXPECTED, found 'the line'; REMEDY".
absl::Status Malformed(const TextChunk& chunk, size_t line, std::string_view expected,
                       std::string_view remedy) {
  constexpr size_t kMaxShown = 60;
  const std::string_view text = chunk.line(line);
  const std::string shown =
      absl::StrReplaceAll(absl::Utf8SafeCHexEscape(std::string(text.substr(0, kMaxShown))),
                          {{"\\\"", "\""}, {"\\'", "'"}, {"\\\\", "\\"}});
  return absl::InvalidArgumentError(
      absl::StrCat(chunk.PlaceOf(line), ": expected ", std::string(expected), ", found '", shown,
                   text.size() > kMaxShown ? "'...; " : "'; ", std::string(remedy)));
}

// Whether the lines begin with a few different words, each in several lines, which can be labels.
bool BeginWithLabels(const TextChunk& chunk) {
  constexpr size_t kMostLabels = 20, kLinesPerLabel = 4;
  std::unordered_set<std::string_view> words;
  size_t lines = 0;
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const std::string_view line = Trimmed(chunk.line(i));
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    if (space == line.npos) return false;
    words.insert(line.substr(0, space));
    ++lines;
    if (words.size() > kMostLabels) return false;
  }
  return words.size() > 1 && lines >= kLinesPerLabel * words.size();
}

// Whether all lines have a comma.
bool HaveCommas(const TextChunk& chunk) {
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const std::string_view line = chunk.line(i);
    if (!IsEmpty(line) && line.find(',') == line.npos) return false;
  }
  return true;
}

// The error for a line that is not FIRST<TAB>SECOND. Files of JSON lines and of comma-separated
// values get a command that converts them.
absl::Status NotTwoColumns(const TextChunk& chunk, size_t i, std::string_view expected,
                           std::string_view first, std::string_view second,
                           std::string_view otherwise) {
  const std::string_view line = Trimmed(chunk.line(i));
  const std::string a(first), b(second);
  std::string remedy = absl::StrCat("write ", absl::AsciiStrToUpper(a), "<TAB>",
                                    absl::AsciiStrToUpper(b), std::string(otherwise));
  if (line.starts_with('{') && line.ends_with('}')) {
    const std::string command = absl::StrCat("jq -r '[.", a, ", .", b, "] | @tsv' FILE > TEXT");
    remedy = absl::StrCat("convert JSON lines, with the names of their keys: ",
                          CommandOn(command, chunk.files[0]));
  } else if (first == "label" && line.find('\t') == line.npos && BeginWithLabels(chunk)) {
    remedy = absl::StrCat(
        "if the first word of each line is its label, write a tab after it instead of a space: ",
        CommandOn("sed 's/^\\([^ ]*\\) */\\1\\t/' FILE > TEXT", chunk.files[0]));
  } else if (line.find('\t') == line.npos && HaveCommas(chunk)) {
    absl::StrAppend(
        &remedy, "; convert CSV, with the numbers of its columns: ",
        CommandOn("python3 -c \"import csv, sys; [print(r[1], r[0], sep='\\t') for r in "
                  "csv.reader(sys.stdin) if r]\" < FILE > TEXT",
                  chunk.files[0]),
        " (here r[1] is the ", a, ")");
  }
  return Malformed(chunk, i, expected, remedy);
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
    return NotTwoColumns(chunk, i, "a label, a tab and a text", "label", "text", "");
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
    return NotTwoColumns(chunk, i, "a source, one tab and a target", "source", "target",
                         " (cut -f1,2 removes further columns), or name two parallel files: "
                         "--train=SOURCE_FILE:TARGET_FILE");
  }
  ParsePair(line.substr(0, tab), line.substr(tab + 1), example, left_out);
  return absl::OkStatus();
}

// Appends the word and the tag of a line.
absl::Status AddTaggedWord(const TextChunk& chunk, size_t i, const TagColumns& columns,
                           const TaggedLine& line, TextExample* example) {
  constexpr std::string_view kRemedy =
      "write WORD<TAB>TAG, or choose the columns with --word_column=N and --tag_column=N";
  if (line.columns != chunk.columns.columns) {
    const bool comment = chunk.line(i).starts_with('#');
    return Malformed(chunk, i,
                     absl::StrCat(chunk.columns.columns, " columns as in line ", chunk.columns.line,
                                  ", not ", line.columns),
                     comment ? "only CoNLL-U has comments; remove them: " +
                                   CommandOn("grep -v '^#' FILE > TEXT", chunk.files[0])
                             : "write WORD<TAB>TAG (or other columns, the same number in all "
                               "lines), and an empty line after each sentence");
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
  bool divided = false;
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
        return Malformed(
            chunk, i, "a line of CoNLL-U, which begins with the number of a word",
            "correct the line, or choose the columns with --word_column=N and --tag_column=N");
      case TaggedLine::kDocumentMark:
        ++left_out->document_marks;
        [[fallthrough]];
      case TaggedLine::kSentenceEnd:
        divided = true;
        Visit(visit, &example);
    }
  }
  const size_t words = example.fields[0].size();
  if (chunk.part == 0 && !divided && words > kMostUndividedWords) {
    return absl::InvalidArgumentError(
        absl::StrCat(chunk.files[0], ": ", words, " lines and no empty line; write one ",
                     "WORD<TAB>TAG per line and an empty line after each sentence"));
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
