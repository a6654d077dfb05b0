// Translates texts.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

absl::StatusOr<std::unique_ptr<Predictor>> CreateTranslationPredictor(
    TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer, const PredictionSpec& spec);

}  // namespace elman
