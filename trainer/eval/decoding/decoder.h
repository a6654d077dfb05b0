// Interface of methods that continue a text with a language model: sampling and beam search.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/eval/decoding/generated_text.h"
#include "trainer/network/math/matrix.h"

namespace elman {

// Decodes one text. The model reads `width` hypotheses of it in parallel; all of them read the
// prompt first.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // Chooses the next tokens from `logits` [width, predicted], the logits after each hypothesis. The
  // new hypothesis i extends the old hypothesis from[i] by tokens[i]. Returns false if text() is
  // complete; then nothing needs to be read.
  virtual bool Advance(ConstMatrix logits, std::span<int> from, std::span<int32_t> tokens) = 0;

  // The text generated so far.
  virtual const GeneratedText& text() const = 0;
};

}  // namespace elman
