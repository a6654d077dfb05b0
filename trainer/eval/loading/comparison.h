// Two models, judged on the same examples.
#pragma once

#include "absl/status/statusor.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/example_sums.h"
#include "trainer/eval/evaluators/translation_scorer.h"

namespace elman {

// What a model comes to on a split, and on each example of it by itself.
struct JudgedModel {
  const Evaluation& evaluation;
  const ExampleSums& examples;
};

// The headlines of two models, how they differ and whether by chance: a row each, of the columns
// value, other, difference, low, high, p_value (PairedBootstrap). `evaluator`, or one like it for
// the other model, told of the examples; Unimplemented where it told nothing.
absl::StatusOr<FigureTable> Compare(const Evaluator& evaluator, const JudgedModel& model,
                                    const JudgedModel& other, int samples);

// Adds rows for bleu and chrf to such a table.
void CompareTranslations(const JudgedTranslations& model, const JudgedTranslations& other,
                         int samples, FigureTable* table);

}  // namespace elman
