// Generates text with a language model.
#pragma once

#include <memory>

#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

std::unique_ptr<Predictor> CreateTextGenerator(TrainedModel* trained,
                                               std::unique_ptr<Tokenizer> tokenizer,
                                               const PredictionSpec& spec);

}  // namespace elman
