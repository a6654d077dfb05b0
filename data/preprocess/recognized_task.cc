#include "data/preprocess/recognized_task.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/characters.h"
#include "data/io/decompression.h"
#include "data/shards/dataset.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kConlluColumns = 10;
// A set of labels is small, and every label has several examples.
constexpr size_t kMostLabels = 100;
constexpr uint64_t kLinesPerLabel = 4;
constexpr uint64_t kMostLabelWords = 3;

// One of the columns of lines with two.
struct Column {
  std::unordered_set<std::string_view> values;
  uint64_t words = 0;
  uint64_t bytes = 0;
  uint64_t single = 0;  // values of one word

  void Add(std::string_view value) {
    const uint64_t count = CountWords(value);
    values.insert(value);
    words += count;
    bytes += value.size();
    single += count == 1;
  }
  // `lines` is the number of values added.
  bool IsWords(uint64_t lines) const { return single == lines; }
  bool CanBeLabels(uint64_t lines) const {
    return values.size() <= kMostLabels && values.size() * kLinesPerLabel <= lines &&
           words <= kMostLabelWords * lines;
  }
  // Texts rarely repeat.
  bool CanBeTexts(uint64_t lines) const {
    constexpr uint64_t kMinBytes = 8;
    return values.size() * 2 >= lines && bytes >= kMinBytes * lines;
  }
};

// What the lines of a text have in common.
struct Lines {
  uint64_t lines = 0;      // that are not empty
  uint64_t empty = 0;      // between two others
  uint64_t with_tabs = 0;  // lines with a tab
  // The first lines, of all lines of the file, with and without a tab. 0: none.
  uint64_t first_with_tab = 0, first_without_tab = 0;
  uint64_t slashed = 0;    // lines in which every word has a slash, as in Paris/LOC
  uint64_t conllu = 0;     // numbered words in ten columns, and comments
  size_t columns = 0;      // of every line with tabs; 0: not of every one the same
  size_t words = 0;        // of every line, if it is the same for all; otherwise 0
  bool all_single = true;  // no column has more than one word
  Column first, second;    // of lines with two columns
};

// Whether every word has a slash between other characters.
bool IsSlashed(std::string_view line) {
  for (const absl::string_view word :
       absl::StrSplit(absl::string_view(line.data(), line.size()), ' ', absl::SkipEmpty())) {
    const size_t slash = word.rfind('/');
    if (slash == word.npos || slash == 0 || slash + 1 == word.size()) return false;
  }
  return true;
}

Lines Survey(std::string_view text, bool whole) {
  Lines found;
  bool empty_before = false;
  uint64_t number = 0;
  text.remove_prefix(ByteOrderMarkBytes(text));
  while (!text.empty()) {
    size_t end = text.find('\n');
    if (end == text.npos && !whole && found.lines > 0) break;  // a part of a line
    end = std::min(end, text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (Trimmed(line).empty()) {
      empty_before = found.lines > 0;
      continue;
    }
    found.empty += empty_before;
    empty_before = false;
    found.slashed += IsSlashed(line);
    const size_t words = CountWords(line);
    if (found.lines++ == 0) found.words = words;
    if (words != found.words) found.words = 0;
    const std::vector<absl::string_view> columns =
        absl::StrSplit(absl::string_view(line.data(), line.size()), '\t');
    const bool numbered = columns.size() == kConlluColumns && line[0] >= '0' && line[0] <= '9';
    found.conllu += numbered || (line[0] == '#' && columns.size() == 1);
    uint64_t* const first = columns.size() < 2 ? &found.first_without_tab : &found.first_with_tab;
    if (*first == 0) *first = number;
    if (columns.size() < 2) continue;
    if (found.with_tabs++ == 0) found.columns = columns.size();
    if (columns.size() != found.columns) found.columns = 0;
    for (const absl::string_view column : columns)
      found.all_single = found.all_single && CountWords({column.data(), column.size()}) == 1;
    if (columns.size() != 2) continue;
    found.first.Add({columns[0].data(), columns[0].size()});
    found.second.Add({columns[1].data(), columns[1].size()});
  }
  return found;
}

absl::Status Refuse(const std::string& file, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      file, ": ", std::string(what),
      ". Give the task: --task=classification (LABEL<TAB>TEXT), --task=tagging (WORD<TAB>TAG, and "
      "an empty line after each sentence), --task=translation (SOURCE<TAB>TARGET), "
      "--task=language_model or --task=embedding (text; a tab is a space)"));
}

}  // namespace

absl::StatusOr<RecognizedTask> RecognizeTask(const std::string& file, std::string_view begin,
                                             bool whole) {
  const Lines found = Survey(begin, whole);
  const uint64_t lines = found.lines;
  if (found.with_tabs > 0 && found.conllu == lines)
    return RecognizedTask{TAGGING, absl::StrCat(file, " is in CoNLL-U format")};
  // Some tabs in a text are no columns.
  constexpr uint64_t kLinesPerTab = 20;
  if (found.with_tabs * kLinesPerTab <= lines) {
    constexpr uint64_t kLeastLines = 4;
    if (found.with_tabs == 0 && lines > 0 && found.slashed == lines)
      return Refuse(file, "is this text or tagged words? Every word has a slash, as in Paris/LOC");
    constexpr size_t kMaxColumns = 5;
    if (found.empty > 0 && lines >= kLeastLines && found.words >= 2 && found.words <= kMaxColumns) {
      return Refuse(file, absl::StrCat("is this text or tagged words? Every line has ", found.words,
                                       " words, and there are empty lines"));
    }
    return RecognizedTask{LANGUAGE_MODEL, absl::StrCat(file, " is text without columns")};
  }
  if (found.with_tabs < lines) {
    const bool table = 2 * found.with_tabs > lines;
    return Refuse(file, absl::StrCat("is this text or a table? ", found.with_tabs, " of ", lines,
                                     " lines have a tab; the first line ",
                                     table ? "without one is line " : "with one is line ",
                                     table ? found.first_without_tab : found.first_with_tab));
  }
  if (found.columns == 0) return Refuse(file, "the lines have different numbers of columns");
  const bool sentences = found.empty > 0;
  if (found.columns > 2) {
    if (sentences && found.all_single) {
      return RecognizedTask{TAGGING, absl::StrCat(file,
                                                  " has columns of words, and an empty line "
                                                  "between sentences")};
    }
    return Refuse(file, absl::StrCat("has ", found.columns, " columns"));
  }
  const Column &first = found.first, &second = found.second;
  if (first.IsWords(lines) && second.IsWords(lines)) {
    if (sentences && second.values.size() <= kMostLabels) {
      return RecognizedTask{TAGGING, absl::StrCat(file,
                                                  " has lines WORD<TAB>TAG, and an empty "
                                                  "line between sentences")};
    }
    return Refuse(file, sentences ? "both columns are single words, and the second has many"
                                  : "both columns are single words, and no empty line ends a "
                                    "sentence");
  }
  const bool labels_first = first.CanBeLabels(lines) && first.bytes < second.bytes;
  const bool labels_second = second.CanBeLabels(lines) && second.bytes < first.bytes;
  if (labels_first && !sentences && second.values.size() > first.values.size())
    return RecognizedTask{CLASSIFICATION, absl::StrCat(file, " has lines LABEL<TAB>TEXT")};
  if (labels_second && !sentences && first.values.size() > second.values.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        file,
        ": looks like TEXT<TAB>LABEL, and labels come first; exchange the columns: awk -F'\\t' -v "
        "OFS='\\t' '{print $2, $1}' FILE > TEXT. If the second column is a translation, give "
        "--task=translation"));
  }
  constexpr uint64_t kMostRatio = 4;  // of the lengths of a text and its translation
  if (!sentences && first.CanBeTexts(lines) && second.CanBeTexts(lines) &&
      first.bytes <= kMostRatio * second.bytes && second.bytes <= kMostRatio * first.bytes)
    return RecognizedTask{TRANSLATION, absl::StrCat(file, " has lines SOURCE<TAB>TARGET")};
  return Refuse(file, "has two columns, which may be labels and texts or texts and translations");
}

absl::StatusOr<RecognizedTask> RecognizeTaskOfFile(const std::string& file) {
  struct stat facts = {};
  const bool exists = file == "-" || ::stat(file.c_str(), &facts) == 0;
  if (!exists || S_ISDIR(facts.st_mode)) return RecognizedTask();  // reading it gives the error
  if (file == "-" || !S_ISREG(facts.st_mode)) {
    return RecognizedTask{LANGUAGE_MODEL,
                          absl::StrCat(file, " cannot be read twice and is taken as text")};
  }
  const absl::StatusOr<std::unique_ptr<ByteSource>> source = OpenDecompressed(file);
  std::string begin(kMaxBytes, '\0');
  size_t filled = 0;
  bool whole = false;
  while (source.ok() && filled < begin.size() && !whole) {
    const auto count = (*source)->Read(begin.data() + filled, begin.size() - filled);
    if (!count.ok()) break;
    filled += *count;
    whole = *count == 0;
  }
  begin.resize(filled);
  if (filled == 0) return RecognizedTask();  // reading it gives the error
  if (!CheckTextBegin(file, begin, whole).ok() || begin.find('\0') != begin.npos)
    return RecognizedTask{LANGUAGE_MODEL, absl::StrCat(file, " is taken as text")};
  return RecognizeTask(file, begin, whole);
}

RecognizedTask TaskOfVocabularies(const std::string& folder) {
  const auto dataset = Dataset::Open(folder);
  if (!dataset.ok()) return {};  // adopting the vocabularies gives the error
  return {(*dataset)->manifest().task(), absl::StrCat("that of ", folder)};
}

}  // namespace elman
