// How good a translator's translations of a split are: BLEU and chrF.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluation.h"
#include "trainer/eval/translation_search.h"
#include "trainer/metrics/score_tokenizer.h"
#include "trainer/models/model.h"

namespace elman {

struct TranslationJudgeSpec {
  TranslationSearchSpec search;
  ScoreTokenization tokenization = ScoreTokenization::k13a;
};

// Translates the sources of a split as elman-predict does and adds the figures bleu, which becomes
// the score, and chrf, with their signatures. References are the targets of the data set as text:
// where words have become <unk>, or words and punctuation are joined by rules, not the corpus to
// the letter. `model` is a Translator.
absl::Status JudgeTranslations(std::shared_ptr<const Dataset> dataset, std::string_view split,
                               const TranslationJudgeSpec& spec, Model* model,
                               Evaluation* evaluation);

}  // namespace elman
