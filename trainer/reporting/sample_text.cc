#include "trainer/reporting/sample_text.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "data/format/characters.h"
#include "data/format/table_text.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

// Returns the text on one line of at most `width` columns.
std::string OneLine(std::string_view text, size_t width) {
  return Shortened(EscapeUnprintable(absl::StrReplaceAll(
                       absl::string_view(text.data(), text.size()), {{"\n", " / "}, {"\t", " "}})),
                   width);
}

// Formats text as Markdown that shows it verbatim, on a line of its own.
std::string Verbatim(const std::string& name, const std::string& text) {
  return absl::StrCat("    ", absl::StrFormat("%-10s", name),
                      absl::StrReplaceAll(text, {{"\n", " / "}, {"\r", " "}}), "\n");
}

}  // namespace

std::string SampleLine(Task task, const Sample& sample, size_t width) {
  constexpr std::string_view kBegin = "  sample: ", kArrow = " -> ";
  const size_t columns = width - 1 - kBegin.size();
  std::string output = sample.output;
  if (task == CLASSIFICATION && sample.output != sample.expected)
    absl::StrAppend(&output, " (label: ", sample.expected, ")");
  if (task == TAGGING) return absl::StrCat(std::string(kBegin), OneLine(output, columns));
  // The shorter one of input and output leaves its columns to the other.
  const size_t both = columns - kArrow.size();
  const size_t input_width = std::max(both - std::min(both, DisplayWidth(output)), both / 2);
  const std::string input = OneLine(sample.input, input_width);
  return absl::StrCat(std::string(kBegin), input, std::string(kArrow),
                      OneLine(Trimmed(output), both - DisplayWidth(input)));
}

void AddSample(const Sample& sample, bool with_drawn, JsonObject* line) {
  const auto rounded = [](double number) { return JsonNumber(std::round(number * 1000) / 1000); };
  line->Add("input", sample.input).Add("expected", sample.expected).Add("output", sample.output);
  if (!sample.neighbors.empty()) {
    line->AddJson("neighbors", JsonArray(sample.neighbors, JsonString))
        .AddJson("similarity", JsonArray(sample.similarity, rounded));
  }
  if (!with_drawn) return;
  if (!sample.tokens.empty()) line->AddJson("tokens", JsonArray(sample.tokens, JsonString));
  if (!sample.surprisal.empty()) line->AddJson("surprisal", JsonArray(sample.surprisal, rounded));
  if (sample.attention.empty()) return;
  line->AddJson("output_tokens", JsonArray(sample.output_tokens, JsonString));
  std::vector<double> weights;  // [output_tokens, tokens]
  for (const std::vector<float>& of_token : sample.attention)
    weights.insert(weights.end(), of_token.begin(), of_token.end());
  line->AddJson("attention", JsonArray(weights, rounded));
}

std::string SampleMarkdown(const Sample& sample) {
  return absl::StrCat(Verbatim("input", sample.input), Verbatim("expected", sample.expected),
                      Verbatim("model", sample.output));
}

}  // namespace elman
