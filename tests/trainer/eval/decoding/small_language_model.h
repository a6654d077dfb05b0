// A language model with random weights over the letters "a", "b" and "c".
#pragma once

#include <vector>

#include "data/tokenizer/detokenizer.h"
#include "tests/support/gradient_check.h"
#include "trainer/eval/decoding/generated_text.h"
#include "trainer/network/models/language_model.h"

namespace elman {

struct SmallLanguageModel {
  static constexpr int32_t kUnknown = 0, kEnd = 1, kA = 2, kB = 3, kC = 4;
  static constexpr int kPredicted = 5;

  explicit SmallLanguageModel(int hidden_size = 4)
      : vocabulary(*Vocabulary::Create({{"<unk>", 0}, {"</s>", 0}, {"a", 0}, {"b", 0}, {"c", 0}})),
        model(Spec(hidden_size), kPredicted + 2, kPredicted),
        values(RandomFloats(model.parameters().size(), 3, 2)) {
    model.UseValues(values.data());
  }
  SmallLanguageModel(const SmallLanguageModel&) = delete;

  static ModelSpec Spec(int hidden_size) {
    ModelSpec spec;
    spec.set_layers(1);
    spec.set_hidden_size(hidden_size);
    spec.set_embedding_size(3);
    return spec;
  }

  // Returns an empty text.
  GeneratedText Begin(const TextEnd& end) const {
    return {&end, &vocabulary, Detokenizer(TokenizerSpec::CHARACTER, &vocabulary)};
  }

  const Vocabulary vocabulary;
  LanguageModel model;
  const std::vector<float> values;
};

}  // namespace elman
