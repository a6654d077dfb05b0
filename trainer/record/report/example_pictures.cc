#include "trainer/record/report/example_pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"
#include "trainer/record/report/html.h"

namespace elman {
namespace {

constexpr int kCellShades = 8;

// The CSS class of a shade: q0 for nothing to q8 for all.
std::string CellClass(double fraction) {
  const double shade = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) * kCellShades : 0;
  return absl::StrCat("q", static_cast<int>(std::lround(shade)));
}

// Draws a matrix with shaded cells. `text_of` and `class_of` get the number of row and column.
// Column names are written upright unless all are short.
std::string Matrix(const std::string& name, const std::string& corner,
                   const std::vector<std::string>& rows, const std::vector<std::string>& columns,
                   const std::function<std::string(size_t, size_t)>& text_of,
                   const std::function<std::string(size_t, size_t)>& class_of) {
  constexpr size_t kShort = 3, kLongest = 24;
  const bool upright = std::ranges::any_of(
      columns, [](const std::string& column) { return DisplayWidth(column) > kShort; });
  std::string html = absl::StrCat("<table class=\"matrix", upright ? " upright" : "",
                                  "\"><tr><th class=\"text\">", HtmlText(corner));
  for (const std::string& column : columns)
    absl::StrAppend(&html, "<th scope=\"col\"><span>", NameHtml(column, kLongest), "</span>");
  for (size_t row = 0; row < rows.size(); ++row) {
    absl::StrAppend(&html, "\n<tr><th scope=\"row\" class=\"text\">",
                    NameHtml(rows[row], kLongest));
    for (size_t column = 0; column < columns.size(); ++column) {
      absl::StrAppend(&html, "<td class=\"", class_of(row, column), "\">", text_of(row, column));
    }
  }
  return Scrolling(name, html + "\n</table>");
}

// Returns the lines of this kind at the step.
std::vector<const RecordedLine*> LinesAt(const RunRecord& record, std::string_view kind,
                                         int64_t step) {
  std::vector<const RecordedLine*> lines;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == kind && line.step == step) lines.push_back(&line);
  }
  return lines;
}

std::string LeftOutText(double left_out, size_t shown) {
  if (!(left_out > 0)) return "";
  return absl::StrCat("<p class=\"soft\">The ", shown, " most frequent of ",
                      ReadableText(left_out + static_cast<double>(shown)), " labels.</p>\n");
}

std::string Bars(const RecordedLine& line) {
  const std::vector<std::string> labels = line.TextList("labels");
  const std::vector<double> f1 = line.List("f1"), precision = line.List("precision"),
                            recall = line.List("recall"), present = line.List("present");
  if (labels.empty() || f1.size() != labels.size()) return "";
  constexpr size_t kShortLabel = 12;
  const bool is_long = std::ranges::any_of(
      labels, [](const std::string& label) { return DisplayWidth(label) > kShortLabel; });
  std::string html = absl::StrCat("<table class=\"bars", is_long ? " long" : "", "\">") +
                     "<tr><th class=\"text\">label<th class=\"text\" colspan=\"2\">F1"
                     "<th>precision"
                     "<th>recall<th>occurrences";
  const auto cell = [](const std::vector<double>& values, size_t i, bool count = false) {
    if (i >= values.size() || !std::isfinite(values[i])) return std::string();
    return count ? ReadableText(values[i]) : FixedText(values[i], 3);
  };
  for (size_t i = 0; i < labels.size(); ++i) {
    const double width = std::isfinite(f1[i]) ? 100 * std::clamp(f1[i], 0.0, 1.0) : 0;
    absl::StrAppend(&html, "\n<tr><th scope=\"row\" class=\"text\"><bdi>", HtmlText(labels[i]),
                    "</bdi>",
                    absl::StrFormat("<td class=\"bar\"><i style=\"width:%.1f%%\"></i>", width),
                    "<td>", cell(f1, i), "<td>", cell(precision, i), "<td>", cell(recall, i),
                    "<td>", cell(present, i, /*count=*/true));
  }
  return Scrolling("Results by label", html + "\n</table>") +
         LeftOutText(line.Number("left_out").value_or(0), labels.size());
}

std::string Confusion(const RecordedLine& line) {
  const std::vector<std::string> labels = line.TextList("confused");
  const std::vector<double> counts = line.List("confusion");
  if (labels.size() < 2 || counts.size() != labels.size() * labels.size()) return "";
  const auto count = [&](size_t row, size_t column) {
    return counts[row * labels.size() + column];
  };
  std::vector<double> sums(labels.size(), 0);
  for (size_t row = 0; row < labels.size(); ++row) {
    for (size_t column = 0; column < labels.size(); ++column) sums[row] += count(row, column);
  }
  return absl::StrCat(
      "<p>Each row is a label of the data, each column a prediction. Correct predictions are blue, "
      "wrong ones orange. The stronger the color, the larger the fraction of the row.</p>\n",
      Matrix(
          "Confusion matrix", "label", labels, labels,
          [&](size_t row, size_t column) {
            const double number = count(row, column);
            return number == 0 ? std::string() : ReadableText(number);
          },
          [&](size_t row, size_t column) {
            return absl::StrCat(CellClass(count(row, column) / sums[row]),
                                row == column ? "" : " off");
          }),
      LeftOutText(line.Number("confused_left_out").value_or(0), labels.size()));
}

}  // namespace

std::string LabelSections(const RunRecord& record, int64_t step) {
  const std::vector<const RecordedLine*> lines = LinesAt(record, "labels", step);
  if (lines.empty()) return "";
  return absl::StrCat(Section("Results by label", Bars(*lines.back())),
                      Section("Confusion matrix", Confusion(*lines.back())));
}

std::string AttentionSection(const RunRecord& record, int64_t step) {
  std::string html;
  for (const RecordedLine* line : LinesAt(record, "sample", step)) {
    const std::vector<std::string> source = line->TextList("tokens");
    const std::vector<std::string> output = line->TextList("output_tokens");
    const std::vector<double> weights = line->List("attention");
    if (weights.empty() || weights.size() != source.size() * output.size()) continue;
    const auto weight = [&](size_t row, size_t column) {
      return weights[row * source.size() + column];
    };
    html += Matrix(
        absl::StrCat("Attention of sample ", ReadableText(line->Number("sample").value_or(0))),
        "translation", output, source,
        [&](size_t row, size_t column) {
          const double percent = std::round(100 * weight(row, column));
          return percent >= 1 ? ReadableText(percent) : std::string();
        },
        [&](size_t row, size_t column) { return CellClass(weight(row, column)); });
  }
  if (html.empty()) return "";
  return Section("Attention",
                 "<p>How much each token of the translation (rows) attends to each token of the "
                 "source (columns), in percent: the first examples above.</p>\n" +
                     Row(html));
}

std::string SurprisalSection(const RunRecord& record, int64_t step) {
  std::string texts;
  double most = 0;
  const std::vector<const RecordedLine*> lines = LinesAt(record, "sample", step);
  for (const RecordedLine* line : lines) {
    for (const double bits : line->List("surprisal")) {
      if (std::isfinite(bits)) most = std::max(most, bits);
    }
  }
  for (const RecordedLine* line : lines) {
    const std::vector<std::string> tokens = line->TextList("tokens");
    const std::vector<double> surprisal = line->List("surprisal");
    if (tokens.empty() || tokens.size() != surprisal.size()) continue;
    texts += "<p dir=\"auto\" class=\"tokens\">";
    for (size_t i = 0; i < tokens.size(); ++i) {
      absl::StrAppend(&texts, "<span class=\"", CellClass(most > 0 ? surprisal[i] / most : 0),
                      "\" title=\"",
                      std::isfinite(surprisal[i]) ? FixedText(surprisal[i], 1) : "infinitely many",
                      " bits\">", HtmlText(tokens[i]), "</span>");
    }
    texts += "</p>\n";
  }
  if (texts.empty()) return "";
  std::string scale = "<p class=\"tokens scale\" aria-hidden=\"true\">0 bits ";
  for (int shade = 0; shade <= kCellShades; ++shade)
    absl::StrAppend(&scale, "<span class=\"q", shade, "\">&nbsp;&nbsp;</span>");
  absl::StrAppend(&scale, " ", FixedText(most, 1), " bits</p>\n");
  return Section("Surprisal",
                 "<p>How unexpected each token is after the tokens before it: "
                 "&minus;log<sub>2</sub> of its probability, in bits. Point at a token to see the "
                 "number.</p>\n" +
                     scale + texts);
}

}  // namespace elman
