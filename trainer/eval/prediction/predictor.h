// From lines of text to lines of text: what a trained model makes of its user's words.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/features/feature_source.h"
#include "trainer/eval/decoding/generated_text.h"
#include "trainer/eval/decoding/sampler.h"
#include "trainer/eval/decoding/translation_search.h"

namespace elman {

// What a prediction is made from.
struct PredictionInput {
  std::string line;
  std::vector<std::string>
      words;  // where they are given one by one; otherwise the line's are taken
};

// What language models generate.
struct GenerationSpec {
  TextEnd end;
  SamplingSpec sampling;
  int beam = 0;  // the width of a search for the likeliest text; 0: it is drawn
  uint64_t seed = 1;
};

// What translators give.
struct TranslationOutputSpec {
  TranslationSearchSpec search;
  // <unk> is written, as the word of the source that it attends to most; otherwise it is not.
  bool replace_unknown = false;
};

struct PredictionSpec {
  // Vectors for the tokens of the inputs, in their order, which stays the caller's; null: none.
  FeatureSource* features = nullptr;
  bool json = false;  // an object a line, instead of the format of the task's corpora
  GenerationSpec generation;
  TranslationOutputSpec translation;
};

// Not for concurrent use.
class Predictor {
 public:
  virtual ~Predictor() = default;

  // The predictions for inputs that are read together, of which the first is number `first` of all:
  // as many texts in the same order, each with its last line feed. Fails only where vectors were
  // to come with the inputs and did not.
  virtual absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                           uint64_t first) = 0;

  // The same for one input; the text is given to `write` piece by piece, as far as it is made.
  virtual absl::Status Stream(const PredictionInput& input, uint64_t number,
                              const std::function<void(std::string_view)>& write) {
    const auto texts = Predict({&input, 1}, number);
    if (texts.ok()) write((*texts)[0]);
    return texts.status();
  }
};

}  // namespace elman
