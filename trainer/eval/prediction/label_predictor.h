// Predicts labels for texts: a tag per word, or one label per line.
#pragma once

#include <memory>

#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

// Predicts one tag per word; for models of TAGGING.
std::unique_ptr<Predictor> CreateTagPredictor(TrainedModel* trained,
                                              std::unique_ptr<Tokenizer> tokenizer,
                                              const PredictionSpec& spec);

// Predicts one label per line; for models of CLASSIFICATION.
std::unique_ptr<Predictor> CreateClassPredictor(TrainedModel* trained,
                                                std::unique_ptr<Tokenizer> tokenizer,
                                                const PredictionSpec& spec);

}  // namespace elman
