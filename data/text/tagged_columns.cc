#include "data/text/tagged_columns.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"
#include "data/text/line_reader.h"

namespace elman {
namespace {

constexpr std::string_view kDocumentMark = "-DOCSTART-";
constexpr std::string_view kConlluNames[] = {"id",    "form", "lemma",  "upos", "xpos",
                                             "feats", "head", "deprel", "deps", "misc"};
constexpr uint32_t kForm = 2, kUpos = 4;
constexpr uint32_t kMaxColumns = 1000;
// Size of the begin of a file that is read to detect its columns.
constexpr size_t kShownBytes = size_t{256} << 10;

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return absl::ascii_isdigit(c); });
}

// Whether `text` is the id of a word, a range of words or an empty node.
bool IsConlluId(std::string_view text) {
  const size_t mark = text.find_first_of("-.");
  return IsNumber(text.substr(0, mark)) && (mark == text.npos || IsNumber(text.substr(mark + 1)));
}

bool HasTabs(std::string_view line) { return line.find('\t') != line.npos; }

// Calls `visit` with the number of each column, counted from 1, and its text without surrounding
// white space. Returns the number of columns.
template <typename Visit>
size_t VisitColumns(std::string_view line, const Visit& visit) {
  size_t number = 0;
  if (HasTabs(line)) {
    for (size_t begin = 0;;) {
      const size_t end = std::min(line.find('\t', begin), line.size());
      visit(++number, Trimmed(line.substr(begin, end - begin)));
      if (end == line.size()) return number;
      begin = end + 1;
    }
  }
  for (line = Trimmed(line); !line.empty(); line = Trimmed(line)) {
    const size_t end = std::min(line.find(' '), line.size());
    visit(++number, Trimmed(line.substr(0, end)));
    line.remove_prefix(end);
  }
  return number;
}

std::vector<std::string_view> ColumnsIn(std::string_view line) {
  std::vector<std::string_view> columns;
  VisitColumns(line, [&](size_t, std::string_view column) { columns.push_back(column); });
  return columns;
}

absl::StatusOr<uint32_t> ParseColumn(std::string_view flag, const std::string& text, bool* named) {
  uint32_t number = 0;
  if (text.empty()) return number;
  if (absl::SimpleAtoi(text, &number) && number >= 1 && number <= kMaxColumns) return number;
  const auto* name = std::ranges::find(kConlluNames, std::string_view(absl::AsciiStrToLower(text)));
  if (name == std::end(kConlluNames)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--", std::string(flag), "=", text, ": expected a column number, counted from ",
        "1, or for CoNLL-U a column name: form, lemma, upos, xpos, feats, deprel, misc"));
  }
  *named = true;
  return static_cast<uint32_t>(name - std::begin(kConlluNames)) + 1;
}

// Detects the layout from the first lines of a file.
class LayoutFinder {
 public:
  void Add(std::string_view line) {
    ++line_;
    const std::string_view text = Trimmed(line);
    if (text.empty() || text.starts_with(kDocumentMark)) return EndSentence();
    // As the first line it may be a comment of CoNLL-U or the word '#'.
    if (line.starts_with('#') && (layout_.columns == 0 || layout_.conllu)) {
      if (comment_.columns == 0) comment_ = LayoutOf(line);
      return;
    }
    if (layout_.columns == 0) layout_ = LayoutOf(line);
    const std::vector<std::string_view> columns = ColumnsIn(line);
    ++words_;
    ordered_ = ordered_ && columns[0] == absl::StrCat(words_);
  }

  bool found() const { return layout_.columns > 0; }

  // `whole`: the lines are all of the file.
  ColumnLayout Layout(bool whole) {
    if (whole) EndSentence();
    ColumnLayout layout = layout_.columns > 0 ? layout_ : comment_;
    layout.numbered = !layout.conllu && ordered_sentences_ > 0 && !unordered_sentence_;
    return layout;
  }

 private:
  ColumnLayout LayoutOf(std::string_view line) const {
    const std::vector<std::string_view> columns = ColumnsIn(line);
    const bool tabs = HasTabs(line);
    const bool slashed = !tabs && std::ranges::all_of(columns, [](std::string_view column) {
      const size_t slash = column.rfind('/');
      return slash != column.npos && slash > 0 && slash + 1 < column.size();
    });
    return {.columns = columns.size(),
            .line = line_,
            .conllu = tabs && columns.size() == std::size(kConlluNames) && IsConlluId(columns[0]),
            .slashed = slashed};
  }

  void EndSentence() {
    // Two words may be numbers by chance.
    constexpr uint64_t kMinWords = 3;
    if (words_ >= kMinWords && ordered_) ++ordered_sentences_;
    unordered_sentence_ = unordered_sentence_ || (words_ > 0 && !ordered_);
    words_ = 0;
    ordered_ = true;
  }

  ColumnLayout layout_, comment_;
  uint64_t line_ = 0;
  uint64_t words_ = 0;  // of the current sentence
  bool ordered_ = true;
  uint64_t ordered_sentences_ = 0;
  bool unordered_sentence_ = false;
};

TaggedLine ParseLine(const TagColumns& columns, std::string_view line, bool conllu) {
  if (Trimmed(line).empty()) return {.kind = TaggedLine::kSentenceEnd};
  if (line.starts_with(kDocumentMark)) return {.kind = TaggedLine::kDocumentMark};
  if (conllu && line.starts_with('#')) return {.kind = TaggedLine::kLeftOut};
  TaggedLine parsed;
  std::string_view id, last;
  parsed.columns = VisitColumns(line, [&](size_t number, std::string_view column) {
    if (number == 1) id = column;
    if (number == columns.word()) parsed.word = column;
    if (number == columns.tag()) parsed.tag = column;
    last = column;
  });
  if (columns.tag() == 0) parsed.tag = last;
  if (parsed.word == kDocumentMark) parsed.kind = TaggedLine::kDocumentMark;
  if (conllu && !IsConlluId(id)) parsed.kind = TaggedLine::kNoId;
  if (conllu && IsConlluId(id) && !IsNumber(id)) parsed.kind = TaggedLine::kLeftOut;
  return parsed;
}

}  // namespace

absl::StatusOr<ColumnChoice> ParseColumnChoice(const std::string& word, const std::string& tag) {
  ColumnChoice choice;
  ASSIGN_OR_RETURN(choice.word, ParseColumn("word_column", word, &choice.named));
  ASSIGN_OR_RETURN(choice.tag, ParseColumn("tag_column", tag, &choice.named));
  if (choice.word != 0 && choice.word == choice.tag) {
    return absl::InvalidArgumentError(absl::StrCat("--word_column=", word,
                                                   " and --tag_column=", tag,
                                                   " name the same column; choose two columns"));
  }
  return choice;
}

absl::StatusOr<ColumnLayout> ReadColumnLayout(const std::string& path) {
  LineReader lines({path}, /*nul_bytes=*/true);
  LayoutFinder finder;
  size_t bytes = 0;
  for (LinePiece piece;;) {
    ASSIGN_OR_RETURN(const bool more, lines.Next(&piece));
    if (!more || (bytes > kShownBytes && finder.found())) return finder.Layout(!more);
    bytes += piece.text.size() + 1;
    finder.Add(piece.text);
  }
}

absl::StatusOr<TagColumns> ColumnsOf(const ColumnChoice& choice, const ColumnLayout& layout,
                                     const std::string& file) {
  TagColumns columns;
  const bool adopted = choice.adopted.word() > 0 && choice.adopted.conllu() == layout.conllu;
  if (adopted) {
    columns = choice.adopted;
  } else if (layout.conllu) {
    columns.set_word(kForm);
    columns.set_tag(kUpos);
  } else {
    columns.set_word(1);
  }
  columns.set_conllu(layout.conllu);
  if (choice.word > 0) columns.set_word(choice.word);
  if (choice.tag > 0) columns.set_tag(choice.tag);
  if (layout.columns == 0) return columns;
  const auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": line ", layout.line, ": ", what));
  };
  if (layout.slashed) {
    return wrong(absl::StrCat(
        "expected a word and its tag in columns, found WORD/TAG; write one word per line: ",
        CommandOn("sed 's,/\\([^/ ]*\\)\\( \\|$\\),\\t\\1\\n,g' FILE > TEXT", file)));
  }
  if (layout.columns == 1) {
    return wrong(
        "expected a word and its tag, found one column; write one WORD<TAB>TAG per line and an "
        "empty line after each sentence (to tag plain text with a trained model, use "
        "elman-predict)");
  }
  if (choice.named && !layout.conllu) {
    return wrong(absl::StrCat("expected the 10 columns of CoNLL-U, because --word_column or ",
                              "--tag_column is a name, found ", layout.columns,
                              " columns; use the number of the column instead of its name"));
  }
  const uint32_t most = std::max(columns.word(), columns.tag());
  if (most > layout.columns) {
    return wrong(absl::StrCat("expected at least ", most, " columns, as ",
                              columns.word() == most ? "--word_column=" : "--tag_column=", most,
                              " requires, found ", layout.columns));
  }
  const uint32_t tag = columns.tag() == 0 ? static_cast<uint32_t>(layout.columns) : columns.tag();
  if (columns.word() == tag) {
    return wrong(absl::StrCat("the word and the tag are read from the same column, ", tag,
                              "; choose another column with --tag_column=N"));
  }
  if (layout.numbered && columns.word() == 1) {
    return wrong(
        "expected words in the first column, found the numbers 1, 2, 3, ...; name the column of "
        "the words, for example --word_column=2");
  }
  return columns;
}

TaggedLine ParseTaggedLine(const TagColumns& columns, std::string_view line) {
  return ParseLine(columns, line, columns.conllu());
}

TaggedLine ParseUntaggedLine(const TagColumns& columns, std::string_view line) {
  // Text to be tagged by a model for CoNLL-U may be in this format or not.
  size_t count = 0;
  std::string_view first;
  count = VisitColumns(line, [&](size_t number, std::string_view column) {
    if (number == 1) first = column;
  });
  const bool conllu =
      columns.conllu() && (line.starts_with('#') || count == std::size(kConlluNames));
  TaggedLine parsed = ParseLine(columns, line, conllu);
  const bool elsewhere = columns.conllu() ? !conllu : count < columns.word();
  if (parsed.kind == TaggedLine::kWord && elsewhere) parsed.word = first;
  return parsed;
}

std::string TagSeparator(std::string_view line) {
  const bool spaces = !HasTabs(line) && Trimmed(line).find(' ') != line.npos;
  return spaces ? " " : "\t";
}

std::string Describe(const TagColumns& columns) {
  const auto name = [&](uint32_t column) {
    const bool named = columns.conllu() && column >= 1 && column <= std::size(kConlluNames);
    const std::string number = absl::StrCat("column ", column);
    return named ? absl::StrCat(number, " (",
                                absl::AsciiStrToUpper(std::string(kConlluNames[column - 1])), ")")
                 : number;
  };
  return absl::StrCat("words in ", name(columns.word()), ", tags in ",
                      columns.tag() == 0 ? "the last column" : name(columns.tag()),
                      columns.conllu() ? " of CoNLL-U" : "");
}

}  // namespace elman
