#include "trainer/eval/evaluators/translation_scorer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "data/features/feature_reader.h"
#include "data/io/status_macros.h"
#include "data/shards/example_reader.h"
#include "data/shards/raw_text_reader.h"
#include "trainer/eval/decoding/token_sequence.h"
#include "trainer/eval/evaluators/translation_text.h"

namespace elman {
namespace {

// The default of elman-predict. Products of the same shapes give the same translations.
constexpr uint64_t kSourcesTogether = 32;
constexpr uint64_t kCacheBytes = uint64_t{6} << 20;

}  // namespace

absl::StatusOr<JudgedTranslations> JudgeTranslations(std::shared_ptr<const Dataset> dataset,
                                                     std::string_view split,
                                                     const TranslationJudgeSpec& spec,
                                                     int feature_size, Model* model) {
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, split, kCacheBytes));
  ASSIGN_OR_RETURN(const auto features, FeatureReader::Open(*dataset, split, feature_size));
  ASSIGN_OR_RETURN(const auto references,
                   RawTextReader::Open(dataset, split, RawTextHeader::REFERENCE));
  const Vocabulary& target = dataset->vocabulary(1);
  const TokenizerSpec::Kind kind = dataset->manifest().fields(1).tokenizer().kind();
  TranslationSearch search(model->AsTranslator(), target, spec.search);
  JudgedTranslations judged;
  judged.raw_references = references != nullptr;
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  judged.left_out = entry->left_out_examples();
  if (dataset->manifest().preprocess().on_long() == PreprocessSpec::DROP)
    judged.left_out += entry->long_examples();
  for (uint64_t first = 0; first < reader->examples(); first += kSourcesTogether) {
    std::vector<TokenSequence> sources;
    std::vector<std::string> lines;
    const uint64_t end = std::min(first + kSourcesTogether, reader->examples());
    for (uint64_t example = first; example < end; ++example) {
      ASSIGN_OR_RETURN(const ExampleView view, reader->Read(example));
      ASSIGN_OR_RETURN(sources.emplace_back(), ReadTokens(view, features.get()));
      if (references != nullptr) {
        ASSIGN_OR_RETURN(const auto texts, references->Read(example));
        lines.emplace_back(texts[0]);
      } else {
        std::vector<uint32_t> ids(view.fields[1].begin(), view.fields[1].end());
        ids.pop_back();  // </s>
        lines.push_back(TranslationLine(kind, target, ids));
      }
    }
    const std::vector<std::vector<Translation>> translations = search.Run(sources);
    for (size_t i = 0; i < sources.size(); ++i) {
      const std::string line = TranslationLine(kind, target, translations[i][0].tokens);
      judged.bleu.emplace_back(spec.tokenization, spec.lowercase).Add(line, lines[i]);
      judged.chrf.emplace_back(spec.lowercase).Add(line, lines[i]);
    }
  }
  return judged;
}

void AddScores(const JudgedTranslations& judged, Evaluation* evaluation) {
  Bleu bleu = judged.bleu[0];
  Chrf chrf = judged.chrf[0];
  for (size_t example = 1; example < judged.bleu.size(); ++example) {
    bleu += judged.bleu[example];
    chrf += judged.chrf[example];
  }
  evaluation->score = bleu.Score();
  evaluation->figures.push_back({"bleu", bleu.Score(), "of 100", /*headline=*/true});
  evaluation->figures.push_back({"chrf", chrf.Score(), "of 100", /*headline=*/true});
  // Scores that sacreBLEU does not define must not look like its scores.
  const char* const references = judged.raw_references ? "" : "|refs:tokens";
  evaluation->signatures = {{"signature", bleu.Signature() + references},
                            {"chrf_signature", chrf.Signature() + references}};
  evaluation->comparable = judged.raw_references && judged.left_out == 0;
  if (judged.left_out > 0) {
    evaluation->remarks.push_back(absl::StrCat(
        "preprocessing left out ", judged.left_out,
        " pairs of the split (an empty side, invalid bytes or --max_length), which bleu and chrf "
        "do not include: sacreBLEU on the files counts them"));
  }
  if (judged.raw_references) return;
  evaluation->remarks.push_back(
      "the data set has no raw references for this split, and bleu and chrf were computed with "
      "references made of its tokens, without the unknown words and the case that preprocessing "
      "dropped. Preprocess the corpus with this version and evaluate a split other than train for "
      "the scores of sacreBLEU");
}

}  // namespace elman
