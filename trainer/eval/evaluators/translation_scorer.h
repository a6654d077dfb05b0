// Scores a translator's translations of a split with BLEU and chrF.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "trainer/eval/decoding/translation_search.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/metrics/score_tokenizer.h"
#include "trainer/eval/metrics/translation_score.h"
#include "trainer/network/models/model.h"

namespace elman {

// How to translate and to score.
struct TranslationScorerSpec {
  TranslationSearchSpec search;
  // For BLEU. No value: chosen by the script of the references (ReferenceScripts).
  std::optional<ScoreTokenization> tokenization = {};
  bool lowercase = false;  // score translations and references in lower case
};

// The scores of the translations of a split, per example.
struct ScoredTranslations {
  std::vector<Bleu> bleu;
  std::vector<Chrf> chrf;
  // Whether the references are the original lines of the corpus. Otherwise they are detokenized
  // targets of the data set: words may have become <unk> or lost their case, and spaces around
  // punctuation follow rules.
  bool raw_references = false;
  uint64_t left_out = 0;  // pairs of the corpus that the data set does not have
  ScoreTokenization tokenization = ScoreTokenization::k13a;
  bool chosen = false;  // the tokenization was chosen by the script of the references
};

// Translates the sources of a split as elman-predict does. Uses raw references if the data set has
// them: for splits other than `train`, if made by this version or later. `model` must be a
// Translator with input features of `feature_size` elements (0: none).
absl::StatusOr<ScoredTranslations> ScoreTranslations(const std::shared_ptr<const Dataset>& dataset,
                                                     std::string_view split,
                                                     const TranslationScorerSpec& spec,
                                                     int feature_size, Model* model);

// Adds the metrics bleu, which becomes the score, and chrf, with their signatures, and sets whether
// they are comparable.
void AddScores(const ScoredTranslations& scored, Evaluation* evaluation);

}  // namespace elman
