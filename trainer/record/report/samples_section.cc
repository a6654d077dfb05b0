#include "trainer/record/report/samples_section.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/number_text.h"
#include "trainer/record/report/html.h"
#include "trainer/record/report/record_tables.h"

namespace elman {
namespace {

constexpr size_t kMaxOutputs = 6;  // of a sample
constexpr char kNeighbors[] = "neighbors";
constexpr char kCut[] = "...";  // ends a text that is recorded in part

// Text without the space that it may begin with, as the continuation of another one does.
std::string WithoutSpace(const std::string& text) {
  return text.starts_with(' ') ? text.substr(1) : text;
}

// The words of a text with tags: "Paris/city". Nothing if they are not.
std::optional<std::vector<std::string>> TaggedWords(const std::string& text) {
  std::vector<std::string> words = absl::StrSplit(text, ' ');
  const bool cut = words.size() > 1 && words.back() == kCut;
  const auto end = words.end() - (cut ? 2 : 0);  // the last one may have lost its tag
  const bool tagged = std::all_of(
      words.begin(), end, [](const std::string& word) { return absl::StrContains(word, '/'); });
  if (!tagged) return std::nullopt;
  return words;
}

// The HTML of words with tags. Each is isolated from the others, because the tags may be in another
// script. Those that differ from the expected ones are marked.
std::string TaggedHtml(const std::vector<std::string>& words,
                       const std::vector<std::string>& expected) {
  const auto is_cut = [](const std::vector<std::string>& all) { return all.back() == kCut; };
  const bool comparable = words.size() == expected.size() || is_cut(words) || is_cut(expected);
  // If a text is cut, its last word is not compared.
  const size_t end = std::min(words.size() - (is_cut(words) ? 2 : 0),
                              expected.size() - (is_cut(expected) ? 2 : 0));
  std::string html;
  for (size_t i = 0; i < words.size(); ++i) {
    const char* const element = comparable && i < end && words[i] != expected[i] ? "mark" : "span";
    absl::StrAppend(&html, i > 0 ? " " : "", "<", element, ">", HtmlText(words[i]), "</", element,
                    ">");
  }
  return html;
}

bool IsClassifier(const RunRecord& record) {
  return std::ranges::any_of(record.lines(), [](const RecordedLine& line) {
    return line.kind == "valid" && line.Number("macro_f1");
  });
}

// Returns the lines of samples by number: those with neighbors, or the others.
std::map<double, std::vector<const RecordedLine*>> SamplesOf(const RunRecord& record,
                                                             bool neighbors) {
  std::map<double, std::vector<const RecordedLine*>> samples;
  for (const RecordedLine& line : record.lines()) {
    const std::optional<double> number = line.Number("sample");
    if (line.kind != "sample" || !number || !std::isfinite(*number)) continue;
    if (neighbors == line.text_lists.contains(kNeighbors)) samples[*number].push_back(&line);
  }
  return samples;
}

}  // namespace

std::string SamplesSection(const RunRecord& record, const RecordedLine* best) {
  const bool labels = IsClassifier(record);
  std::string html;
  for (const auto& [number, lines] : SamplesOf(record, /*neighbors=*/false)) {
    const auto row = [&](const std::string& name, const std::string& text, bool marked,
                         bool tagged = false) {
      absl::StrAppend(&html, marked ? "\n<tr class=\"best\">" : "\n<tr>",
                      "<th scope=\"row\" class=\"text\">", name,
                      "<td dir=\"auto\" class=\"text wrap", tagged ? " tagged" : "", "\">", text);
    };
    const std::string expected = WithoutSpace(lines.back()->Text("expected"));
    const auto expected_words = TaggedWords(expected);
    html += "<table class=\"sample\">";
    row("input", HtmlText(lines.back()->Text("input")), false);
    row("expected",
        expected_words ? TaggedHtml(*expected_words, *expected_words) : HtmlText(expected), false,
        expected_words.has_value());
    const auto of_best = std::ranges::find_if(lines, [&](const RecordedLine* line) {
      return best != nullptr && line->step == best->step;
    });
    const RecordedLine* const marked = of_best == lines.end() ? nullptr : *of_best;
    for (const RecordedLine* line : SomeAnd(lines, kMaxOutputs, marked)) {
      const std::string output = WithoutSpace(line->Text("output"));
      const auto words = expected_words ? TaggedWords(output) : std::nullopt;
      std::string text = words ? TaggedHtml(*words, *expected_words) : HtmlText(output);
      if (labels && output != expected) text = absl::StrCat("<mark>", text, "</mark>");
      row(absl::StrCat("step&nbsp;", ReadableText(static_cast<double>(line->step)),
                       line == marked ? " (best)" : ""),
          text, line == marked, words.has_value());
    }
    html += "\n</table>\n";
  }
  if (html.empty()) return "";
  return Section("Examples of the validation split",
                 absl::StrCat("<div class=\"samples\">\n", html, "</div>\n"));
}

std::string NeighborsSection(const RunRecord& record, const RecordedLine* best) {
  std::string rows;
  for (const auto& [number, lines] : SamplesOf(record, /*neighbors=*/true)) {
    const auto of_best = std::ranges::find_if(lines, [&](const RecordedLine* line) {
      return best != nullptr && line->step == best->step;
    });
    if (of_best == lines.end()) continue;
    const std::vector<std::string> words = (*of_best)->TextList(kNeighbors);
    const std::vector<double> similarity = (*of_best)->List("similarity");
    if (words.size() != similarity.size()) continue;
    absl::StrAppend(&rows, "\n<tr><th scope=\"row\" class=\"text\">",
                    NameHtml((*of_best)->Text("input"), 24), "<td class=\"text\">");
    for (size_t i = 0; i < words.size(); ++i) {
      absl::StrAppend(&rows, i > 0 ? ", " : "", NameHtml(words[i], 24), " <small>",
                      std::isfinite(similarity[i]) ? FixedText(similarity[i], 2) : "", "</small>");
    }
  }
  if (rows.empty()) return "";
  return Section(
      "Nearest words",
      "<p>Words of the vocabulary, from frequent to rare, and the words whose vectors "
      "have the largest cosine similarity to theirs, at the best validation.</p>\n"
      "<table class=\"words\"><tr><th class=\"text\">word<th class=\"text\">nearest words"
      " and cosine similarity" +
          rows + "\n</table>\n");
}

}  // namespace elman
