// The most probable continuation, approximately: beam search.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/eval/decoding/decoder.h"

namespace elman {

// Finds the continuation of the highest log-probability per token among those that end before
// their last token is due, or else of those that do not.
class BeamSearch : public Decoder {
 public:
  // Continues `begin`, with `width` hypotheses at a time; `banned` is never generated.
  BeamSearch(GeneratedText begin, int width, int32_t banned)
      : width_(width), banned_(banned), beam_{begin}, best_(begin) {}

  bool Advance(ConstMatrix logits, std::span<int> from, std::span<int32_t> tokens) override;
  const GeneratedText& text() const override { return best_; }

 private:
  struct Extension {
    int row;
    int32_t token;
    double step;             // log-probability of the token
    double log_probability;  // of the whole hypothesis
  };
  std::vector<Extension> BestExtensions(ConstMatrix logits) const;

  const int width_;
  const int32_t banned_;
  std::vector<GeneratedText> beam_;  // the best first; those of the first rows
  bool found_ = false;               // a text that has ended
  GeneratedText best_;
};

}  // namespace elman
