// Compares two models that were evaluated on the same examples.
#pragma once

#include "absl/status/statusor.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/example_sums.h"
#include "trainer/eval/evaluators/translation_scorer.h"

namespace elman {

// The evaluation of a model on a split, in total and per example.
struct EvaluatedModel {
  const Evaluation& evaluation;
  const ExampleSums& examples;
};

// Compares the main metrics of two models, with confidence intervals and p-values. Each row has the
// columns value, other, difference, low, high, p_value (see PairedBootstrap). `evaluator` (or one
// of the same kind for the other model) has recorded the examples. Unimplemented if it recorded
// none.
absl::StatusOr<MetricTable> Compare(const Evaluator& evaluator, const EvaluatedModel& model,
                                    const EvaluatedModel& other, int samples);

// Adds rows for bleu and chrf to the table of Compare.
void CompareTranslations(const ScoredTranslations& model, const ScoredTranslations& other,
                         int samples, MetricTable* table);

}  // namespace elman
