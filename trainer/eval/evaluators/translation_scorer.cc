#include "trainer/eval/evaluators/translation_scorer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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
constexpr uint64_t kReferencesForScript = 1000;

// The references of a split. Their numbers must increase from call to call.
class References {
 public:
  static absl::StatusOr<References> Open(const std::shared_ptr<const Dataset>& dataset,
                                         std::string_view split) {
    References references(*dataset);
    ASSIGN_OR_RETURN(references.raw_,
                     RawTextReader::Open(dataset, split, RawTextHeader::REFERENCE));
    return references;
  }

  bool raw() const { return raw_ != nullptr; }

  // `view` is the example with this number.
  absl::StatusOr<std::string> Read(uint64_t example, const ExampleView& view) {
    if (raw_ != nullptr) {
      ASSIGN_OR_RETURN(const auto texts, raw_->Read(example));
      return std::string(texts[0]);
    }
    std::vector<uint32_t> ids(view.fields[1].begin(), view.fields[1].end());
    ids.pop_back();  // </s>
    return TranslationLine(kind_, target_, ids);
  }

 private:
  explicit References(const Dataset& dataset)
      : target_(dataset.vocabulary(1)), kind_(dataset.manifest().fields(1).tokenizer().kind()) {}

  const Vocabulary& target_;
  TokenizerSpec::Kind kind_;
  std::unique_ptr<RawTextReader> raw_;  // null: the data set has none
};

// Chooses a tokenization by the first references of the split.
absl::StatusOr<ScoreTokenization> TokenizationOf(const std::shared_ptr<const Dataset>& dataset,
                                                 std::string_view split) {
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, split, kCacheBytes));
  ASSIGN_OR_RETURN(References references, References::Open(dataset, split));
  ReferenceScripts scripts;
  const uint64_t end = std::min(kReferencesForScript, reader->examples());
  for (uint64_t example = 0; example < end; ++example) {
    ASSIGN_OR_RETURN(const ExampleView view, reader->Read(example));
    ASSIGN_OR_RETURN(const std::string line, references.Read(example, view));
    scripts.Add(line);
  }
  return scripts.Tokenization();
}

}  // namespace

absl::StatusOr<ScoredTranslations> ScoreTranslations(const std::shared_ptr<const Dataset>& dataset,
                                                     std::string_view split,
                                                     const TranslationScorerSpec& spec,
                                                     int feature_size, Model* model) {
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, split, kCacheBytes));
  ASSIGN_OR_RETURN(const auto features, FeatureReader::Open(*dataset, split, feature_size));
  ASSIGN_OR_RETURN(References references, References::Open(dataset, split));
  const Vocabulary& target = dataset->vocabulary(1);
  const TokenizerSpec::Kind kind = dataset->manifest().fields(1).tokenizer().kind();
  TranslationSearch search(model->AsTranslator(), target, spec.search);
  ScoredTranslations scored;
  scored.raw_references = references.raw();
  scored.chosen = !spec.tokenization;
  if (spec.tokenization) {
    scored.tokenization = *spec.tokenization;
  } else {
    ASSIGN_OR_RETURN(scored.tokenization, TokenizationOf(dataset, split));
  }
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  scored.left_out = entry->left_out_examples();
  if (dataset->manifest().preprocess().on_long() == PreprocessSpec::DROP)
    scored.left_out += entry->long_examples();
  for (uint64_t first = 0; first < reader->examples(); first += kSourcesTogether) {
    std::vector<TokenSequence> sources;
    std::vector<std::string> lines;
    const uint64_t end = std::min(first + kSourcesTogether, reader->examples());
    for (uint64_t example = first; example < end; ++example) {
      ASSIGN_OR_RETURN(const ExampleView view, reader->Read(example));
      ASSIGN_OR_RETURN(sources.emplace_back(), ReadTokens(view, features.get()));
      ASSIGN_OR_RETURN(lines.emplace_back(), references.Read(example, view));
    }
    const std::vector<std::vector<Translation>> translations = search.Run(sources);
    for (size_t i = 0; i < sources.size(); ++i) {
      const std::string line = TranslationLine(kind, target, translations[i][0].tokens);
      scored.bleu.emplace_back(scored.tokenization, spec.lowercase).Add(line, lines[i]);
      scored.chrf.emplace_back(spec.lowercase).Add(line, lines[i]);
    }
  }
  return scored;
}

void AddScores(const ScoredTranslations& scored, Evaluation* evaluation) {
  Bleu bleu = scored.bleu[0];
  Chrf chrf = scored.chrf[0];
  for (size_t example = 1; example < scored.bleu.size(); ++example) {
    bleu += scored.bleu[example];
    chrf += scored.chrf[example];
  }
  evaluation->score = bleu.Score();
  evaluation->metrics.push_back({"bleu", bleu.Score(), "of 100", /*is_main=*/true});
  evaluation->metrics.push_back({"chrf", chrf.Score(), "of 100", /*is_main=*/true});
  // Scores that sacreBLEU does not define must not look like its scores.
  const char* const references = scored.raw_references ? "" : "|refs:tokens";
  evaluation->signatures = {{"signature", bleu.Signature() + references},
                            {"chrf_signature", chrf.Signature() + references}};
  evaluation->comparable = scored.raw_references && scored.left_out == 0;
  if (scored.left_out > 0) {
    evaluation->remarks.push_back(absl::StrCat(
        "preprocessing left out ", scored.left_out,
        " pairs of the split (an empty side, invalid bytes or --max_length), which bleu and chrf "
        "do not include; sacreBLEU on the original files includes them"));
  }
  if (scored.chosen && scored.tokenization != ScoreTokenization::k13a) {
    evaluation->remarks.push_back(
        absl::StrCat("bleu uses the tokenization ", std::string(NameOf(scored.tokenization)),
                     ", because most references are written without spaces between words. Option "
                     "--score_tokenization=13a|zh|char sets another one"));
  }
  if (scored.chosen && scored.tokenization != ScoreTokenization::k13a) {
    evaluation->remarks.push_back(
        absl::StrCat("bleu uses the tokenization ", std::string(NameOf(scored.tokenization)),
                     ", because most references are written without spaces between words. Option "
                     "--score_tokenization=13a|zh|char sets another one"));
  }
  if (scored.raw_references) return;
  evaluation->remarks.push_back(
      "the data set has no raw references for this split, and bleu and chrf were computed with "
      "references made of its tokens, without the unknown words and the case that preprocessing "
      "dropped. Preprocess the corpus with this version and evaluate a split other than train for "
      "the scores of sacreBLEU");
}

}  // namespace elman
