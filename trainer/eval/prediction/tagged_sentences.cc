#include "trainer/eval/prediction/tagged_sentences.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace elman {

absl::Status TaggedSentences::Take(const std::vector<std::string>& lines, uint64_t first,
                                   std::vector<PredictionInput>* inputs) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const TaggedLine line = ParseUntaggedLine(columns_, lines[i]);
    if (line.kind == TaggedLine::kNoId || (line.kind == TaggedLine::kWord && line.word.empty())) {
      const std::string column =
          columns_.word() == 1 ? "the first column" : absl::StrCat("column ", columns_.word());
      return absl::InvalidArgumentError(absl::StrCat(
          "the input: line ", first + i, ": expected ",
          line.kind == TaggedLine::kNoId ? "the number of a word of CoNLL-U in the first column"
                                         : "a word in " + column,
          ", found '", absl::Utf8SafeCHexEscape(lines[i]), "'; an empty line ends a sentence"));
    }
    const bool word = line.kind == TaggedLine::kWord;
    if (word) sentence_.words.emplace_back(line.word);
    sentence_.columns.push_back({.text = lines[i], .word = word});
    const bool ends = !word && line.kind != TaggedLine::kLeftOut;
    if (ends && !sentence_.words.empty())
      inputs->push_back(std::exchange(sentence_, PredictionInput()));
  }
  return absl::OkStatus();
}

void TaggedSentences::End(std::vector<PredictionInput>* inputs) {
  if (!sentence_.columns.empty()) inputs->push_back(std::exchange(sentence_, PredictionInput()));
}

}  // namespace elman
