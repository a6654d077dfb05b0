// How good a translator's translations of a split are: BLEU and chrF.
#pragma once

#include <memory>
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

struct TranslationJudgeSpec {
  TranslationSearchSpec search;
  ScoreTokenization tokenization = ScoreTokenization::k13a;
};

// What the translations of a split count for, by example.
struct JudgedTranslations {
  std::vector<Bleu> bleu;
  std::vector<Chrf> chrf;
};

// Translates the sources of a split as elman-predict does. References are the targets of the data
// set as text: where words have become <unk>, or words and punctuation are joined by rules, not the
// corpus to the letter. `model` is a Translator that reads vectors of `feature_size` numbers with
// the source, or, where that is 0, none.
absl::StatusOr<JudgedTranslations> JudgeTranslations(std::shared_ptr<const Dataset> dataset,
                                                     std::string_view split,
                                                     const TranslationJudgeSpec& spec,
                                                     int feature_size, Model* model);

// Adds the figures bleu, which becomes the score, and chrf, with their signatures.
void AddScores(const JudgedTranslations& judged, Evaluation* evaluation);

}  // namespace elman
