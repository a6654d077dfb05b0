// Interface of predictors: a predictor applies a trained model to lines of text and formats the
// results as text.
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

// A line of text with one word per line.
struct ColumnLine {
  std::string text;   // without its end
  bool word = false;  // whether it has a word; false for empty lines, comments and the like
};

// The input of one prediction.
struct PredictionInput {
  std::string line = {};
  // The words, if they are given separately; otherwise the line is split into words.
  std::vector<std::string> words = {};
  // If given, `words` are the words of these lines, and taggers write the lines unchanged, with a
  // tag after each line that has a word.
  std::vector<ColumnLine> columns = {};
};

// Options for text generation with language models.
struct GenerationSpec {
  TextEnd end;
  SamplingSpec sampling;
  int beam = 0;  // beam width of a search for the most probable text; 0: draw at random
  uint64_t seed = 1;
};

// Options for translation.
struct TranslationOutputSpec {
  TranslationSearchSpec search;
  // Writes, for <unk>, the source word with the highest attention weight. Otherwise <unk> is never
  // written.
  bool replace_unknown = false;
};

// Options of a predictor. `generation` is only for language models, `translation` only for
// translators.
struct PredictionSpec {
  // Source of feature vectors for the tokens of the inputs, in order. Not owned; null: none.
  FeatureSource* features = nullptr;
  bool json = false;  // one JSON object per line instead of the format of the task's corpora
  GenerationSpec generation;
  TranslationOutputSpec translation;
};

// Not thread-safe.
class Predictor {
 public:
  virtual ~Predictor() = default;

  // Returns one text per input, in order, each ending with a line feed. `inputs` are a group of
  // adjacent inputs; `first` is the number of the first one in the whole input. Fails only if
  // features are missing.
  virtual absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                           uint64_t first) = 0;

  // The same for one input. Passes the text to `write` piece by piece, as soon as each piece is
  // known.
  virtual absl::Status Stream(const PredictionInput& input, uint64_t number,
                              const std::function<void(std::string_view)>& write) {
    const auto texts = Predict({&input, 1}, number);
    if (texts.ok()) write((*texts)[0]);
    return texts.status();
  }
};

}  // namespace elman
