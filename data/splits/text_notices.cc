#include "data/splits/text_notices.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "data/format/characters.h"
#include "data/text/task_fields.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Column names. A table header has one of them instead of a label, a text and so on.
constexpr std::string_view kLabelNames[] = {
    "category", "class",     "emotion", "gold",  "intent", "label", "labels", "polarity",
    "rating",   "sentiment", "score",   "stars", "target", "topic", "type",   "y"};
constexpr std::string_view kTextNames[] = {
    "body",  "comment", "content", "data",     "description", "document", "headline",
    "input", "message", "query",   "question", "review",      "reviews",  "sentence",
    "sms",   "text",    "title",   "tweet",    "utterance"};
constexpr std::string_view kSourceNames[] = {"en", "english", "input", "source", "src"};
constexpr std::string_view kTargetNames[] = {"de",     "es",      "fr",     "french", "german",
                                             "output", "spanish", "target", "tgt",    "trg"};
constexpr std::string_view kWordNames[] = {"form", "token", "tokens", "word", "words"};
constexpr std::string_view kTagNames[] = {"entity",  "label",    "labels", "ner",
                                          "ner_tag", "ner_tags", "pos",    "pos_tag",
                                          "tag",     "tags",     "upos"};

template <size_t n>
bool IsOneOf(const std::string& name, const std::string_view (&names)[n]) {
  return std::ranges::find(names, std::string_view(name)) != std::end(names);
}

// Whether the first line of a file is a table header.
bool IsHeader(Task task, std::string_view line) {
  constexpr size_t kMaxBytes = 200;
  if (line.size() > kMaxBytes) return false;
  std::string text = absl::AsciiStrToLower(absl::string_view(line.data(), line.size()));
  const bool tabs = absl::StrContains(text, "\t");
  std::vector<std::string> columns;
  for (absl::string_view column : absl::StrSplit(text, absl::ByAnyChar(tabs ? "\t" : " ")))
    columns.emplace_back(absl::StripAsciiWhitespace(column));
  std::erase(columns, "");
  if (columns.size() < 2) return false;
  switch (task) {
    case CLASSIFICATION:
      return tabs && IsOneOf(columns[0], kLabelNames) && IsOneOf(columns[1], kTextNames);
    case TRANSLATION:
      return tabs && IsOneOf(columns[0], kSourceNames) && IsOneOf(columns[1], kTargetNames);
    case TAGGING:
      return IsOneOf(columns.front(), kWordNames) && IsOneOf(columns.back(), kTagNames);
    default:
      return false;
  }
}

bool IsWebPage(std::string_view line) {
  const absl::string_view text =
      absl::StripLeadingAsciiWhitespace(absl::string_view(line.data(), line.size()));
  return absl::StartsWithIgnoreCase(text, "<!doctype html") ||
         absl::StartsWithIgnoreCase(text, "<html");
}

// Whether the first line of a file is an object of JSON Lines, or begins a list of objects.
bool IsJson(std::string_view line) {
  const std::string_view text = Trimmed(line);
  return (text.starts_with("{\"") && text.ends_with("}")) || text == "[" ||
         text.starts_with("[{\"");
}

// Whether a file of running text is a table with commas: a header, whose names include that of a
// text or a label, and a line of at least as many columns.
bool IsCsv(std::string_view header, std::string_view second) {
  constexpr size_t kMaxBytes = 200;
  const auto commas = std::ranges::count(header, ',');
  if (commas == 0 || header.size() > kMaxBytes || std::ranges::count(second, ',') < commas)
    return false;
  bool known = false;
  const std::string text = absl::AsciiStrToLower(absl::string_view(header.data(), header.size()));
  for (const absl::string_view column : absl::StrSplit(text, ',')) {
    const std::string name(absl::StripPrefix(absl::StripSuffix(column, "\""), "\""));
    if (name.empty() || name.find(' ') != name.npos) return false;  // a sentence with a comma
    known = known || IsOneOf(name, kTextNames) || IsOneOf(name, kLabelNames) ||
            IsOneOf(name, kSourceNames) || IsOneOf(name, kTargetNames);
  }
  return known;
}

// Returns the command that extracts the text from a CSV file with this header and, for a
// classifier, the labels.
std::string CsvRemedy(std::string_view header) {
  std::optional<size_t> text, label;
  size_t column = 0;
  const std::string lower = absl::AsciiStrToLower(absl::string_view(header.data(), header.size()));
  for (const absl::string_view quoted : absl::StrSplit(lower, ',')) {
    const std::string name(absl::StripPrefix(absl::StripSuffix(quoted, "\""), "\""));
    if (!text && (IsOneOf(name, kTextNames) || IsOneOf(name, kSourceNames))) {
      text = column;
    } else if (!label && (IsOneOf(name, kLabelNames) || IsOneOf(name, kTargetNames))) {
      label = column;
    }
    ++column;
  }
  if (!text) text = label == size_t{0} ? 1 : 0;
  const auto command = [](std::string_view printed) {
    return absl::StrCat(
        "python3 -c 'import csv, sys; rows = csv.reader(sys.stdin); next(rows); "
        "[print(",
        std::string(printed), ") for row in rows if row]' < FILE > TEXT");
  };
  // A text in quotes may have several lines.
  const std::string words = absl::StrCat("row[", *text, "].split()");
  std::string remedy =
      absl::StrCat("extract the text, column ", *text + 1, ": ", command(absl::StrCat("*", words)));
  if (label) {
    absl::StrAppend(&remedy, "; for --task=classification, also the label, column ", *label + 1,
                    ": ",
                    command(absl::StrCat("row[", *label, "] + \"\\t\" + \" \".join(", words, ")")));
  }
  return remedy;
}

// Whether one of the lines has a byte order mark; it cannot extend over two lines.
bool HasByteOrderMark(std::string_view text) { return text.find(kByteOrderMark) != text.npos; }

}  // namespace

void AddNotices(Task task, const TextChunk& chunk, TextNotices* notices) {
  const auto add = [&](TextNotices::Kind kind, size_t line) {
    constexpr size_t kMaxShown = 80;
    TextNotices::Notice& notice = notices->kinds[kind];
    if (notice.lines++ > 0) return;
    notice.chunk = chunk.number;
    notice.place = chunk.PlaceOf(line);
    notice.text = std::string(chunk.line(line).substr(0, kMaxShown));
  };
  const bool begins = !chunk.paired && chunk.part == 0 && !chunk.lines.empty();
  if (begins && IsHeader(task, chunk.line(0))) add(TextNotices::kHeader, 0);
  if (begins && IsWebPage(chunk.line(0))) add(TextNotices::kWebPage, 0);
  if (begins && IsJson(chunk.line(0))) add(TextNotices::kJson, 0);
  if (begins && IsRunningText(task) && chunk.lines.size() > 1 &&
      IsCsv(chunk.line(0), chunk.line(1)))
    add(TextNotices::kCsv, 0);
  const bool marks = HasByteOrderMark(chunk.text);
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    if (!chunk.lines[i].continues && IsConflictMarker(chunk.line(i)))
      add(TextNotices::kConflictMarker, i);
    if (marks && HasByteOrderMark(chunk.line(i))) add(TextNotices::kByteOrderMark, i);
  }
}

std::vector<SuspectLines> SuspectLinesOf(const TextNotices& notices) {
  constexpr std::pair<const char*, const char*> kTexts[TextNotices::kKinds] = {
      {"a conflict marker of Git, read as text",
       "take one side of each conflict, and drop the markers"},
      {"a byte order mark within the text, as concatenated files have it; it becomes part of a "
       "word",
       "remove them: sed -i 's/\\xef\\xbb\\xbf//g' FILE"},
      {"looks like the header of a table, read as an example", "drop it: sed -i 1d FILE"},
      {"looks like a web page, read as text", "is it the file that was to be downloaded?"},
      {"looks like JSON, read as text with its braces and names",
       "extract the text: jq -r .text FILE > TEXT"},
      {"looks like the header of a CSV file, read as text with its commas", ""}};
  std::vector<SuspectLines> all;
  for (int kind = 0; kind < TextNotices::kKinds; ++kind) {
    const TextNotices::Notice& notice = notices.kinds[kind];
    const auto& [what, remedy] = kTexts[kind];
    if (notice.lines == 0) continue;
    all.push_back({notice.place, notice.text, what,
                   kind == TextNotices::kCsv ? CsvRemedy(notice.text) : remedy, notice.lines});
  }
  return all;
}

}  // namespace elman
