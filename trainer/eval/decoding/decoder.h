// A way to continue a text with a model: by drawing, or by searching.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/eval/decoding/generated_text.h"
#include "trainer/network/math/matrix.h"

namespace elman {

// For one text. The model reads `width` hypotheses of it side by side, all of them the prompt
// first.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // From `logits` [width, predicted] of what follows each hypothesis to what they read next: each
  // goes on from what from[i] has read, with tokens[i]. False: text() is complete, and there is
  // nothing to read.
  virtual bool Advance(ConstMatrix logits, std::span<int> from, std::span<int32_t> tokens) = 0;

  // As far as it is.
  virtual const GeneratedText& text() const = 0;
};

}  // namespace elman
