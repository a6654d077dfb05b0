// Beam search for the most probable continuation of a text.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/eval/decoding/decoder.h"

namespace elman {

// Finds the continuation with the highest log-probability per token. Continuations that end before
// the maximum length are preferred to those that do not.
class BeamSearch : public Decoder {
 public:
  // Continues `begin` with a beam of `width` hypotheses. The token `banned` is never generated.
  BeamSearch(const GeneratedText& begin, int width, int32_t banned)
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
  std::vector<GeneratedText> beam_;  // sorted, best first; hypothesis i is in row i
  bool found_ = false;               // some text has ended
  GeneratedText best_;
};

}  // namespace elman
