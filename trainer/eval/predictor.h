// From lines of text to lines of text: what a trained model makes of its user's words.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/eval/sampler.h"
#include "trainer/eval/trained_model.h"

namespace elman {

// What a prediction is made from.
struct PredictionInput {
  std::string line;
  std::vector<std::string>
      words;  // where they are given one by one; otherwise the line's are taken
};

// What language models generate.
struct GenerationSpec {
  int max_tokens = 100;
  int lines = 1;  // a text ends with its so many-th </s>
  SamplingSpec sampling;
  int beam = 0;  // the width of a search for the likeliest text; 0: it is drawn
  uint64_t seed = 1;
};

struct PredictionSpec {
  bool json = false;  // an object a line, instead of the format of the task's corpora
  GenerationSpec generation;
};

// Not for concurrent use.
class Predictor {
 public:
  virtual ~Predictor() = default;

  // The predictions for inputs that are read together, of which the first is number `first` of all:
  // as many texts in the same order, each with its last line feed.
  virtual std::vector<std::string> Predict(std::span<const PredictionInput> inputs,
                                           uint64_t first) = 0;
};

// The predictor of the model's task. `trained` must outlive it.
//
//   LANGUAGE_MODEL  the line, continued
//   TAGGING         WORD<TAB>TAG for every word of the line, then an empty line
//   CLASSIFICATION  LABEL<TAB>TEXT
absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec);

}  // namespace elman
