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
  bool lowercase = false;  // translations and references are scored in lower case
};

// What the translations of a split count for, by example.
struct JudgedTranslations {
  std::vector<Bleu> bleu;
  std::vector<Chrf> chrf;
  // Whether the references are the lines of the corpus, byte for byte. If not, they are the targets
  // of the data set as text: where words have become <unk>, lost their case, or are joined with
  // punctuation by rules.
  bool raw_references = false;
  uint64_t left_out = 0;  // pairs of the corpus that the data set does not have
};

// Translates the sources of a split as elman-predict does. References are the raw ones where the
// data set has them: of splits other than train, made by this version or later. `model` is a
// Translator that reads vectors of `feature_size` numbers with the source, or, where that is 0,
// none.
absl::StatusOr<JudgedTranslations> JudgeTranslations(std::shared_ptr<const Dataset> dataset,
                                                     std::string_view split,
                                                     const TranslationJudgeSpec& spec,
                                                     int feature_size, Model* model);

// Adds the figures bleu, which becomes the score, and chrf, with their signatures, and whether they
// compare.
void AddScores(const JudgedTranslations& judged, Evaluation* evaluation);

}  // namespace elman
