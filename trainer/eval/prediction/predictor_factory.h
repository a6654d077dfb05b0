// Creates the predictor of a task. A new task is added here.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

// The predictor of the model's task. `trained` must outlive it.
//
//   LANGUAGE_MODEL  the line, continued: a function of the line, its number and the specification,
//                   whatever is read together with it
//   TAGGING         WORD<TAB>TAG for every word of the line, then an empty line
//   CLASSIFICATION  LABEL<TAB>TEXT
//   TRANSLATION     the translation of the line; of n best NUMBER<TAB>SCORE<TAB>TRANSLATION each,
//                   where NUMBER counts input lines from 0
//
// InvalidArgument: the model cannot do what `spec` asks for.
absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec);

}  // namespace elman
