// Creates the predictor of a task. New tasks are added here.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

// Creates the predictor for the model's task. `trained` must outlive it. Output per input line:
//
//   LANGUAGE_MODEL  the continued line. It depends only on the line, its number and `spec`, not on
//                   the lines in the same group
//   TAGGING         WORD<TAB>TAG for every word of the line, then an empty line; for an input with
//                   columns, these lines, each that has a word with its tag as a further column
//   CLASSIFICATION  LABEL<TAB>TEXT
//   TRANSLATION     the translation; with n_best > 1, lines NUMBER<TAB>SCORE<TAB>TRANSLATION,
//                   where NUMBER is the number of the input line, from 0
//
// InvalidArgument: the model does not support an option of `spec`.
absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec);

}  // namespace elman
