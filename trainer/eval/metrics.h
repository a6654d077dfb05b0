// What a summed loss means, in the figures people compare.
#pragma once

#include <cstdint>
#include <string>

#include "data/io/json_writer.h"
#include "proto/dataset.pb.h"
#include "trainer/models/model.h"

namespace elman {

// Figures of a language model over a split. The loss is summed over every token, each line's </s>
// included.
struct LanguageModelMetrics {
  double loss = 0;           // nats per token
  double perplexity = 0;     // e^loss: per token
  double bits_per_byte = 0;  // of the text, line feeds included: comparable between tokenizers
  double word_perplexity =
      0;  // per whitespace-delimited word or end of line: comparable between tokenizers
  double unknown_rate = 0;  // of the tokens, <unk>
};

// `text` counts the split that `sums` is over.
LanguageModelMetrics ComputeMetrics(const LossSums& sums, const TextCounts& text);

// Adds the figures, and the counts they rest on, in the order of the documentation.
void AddMetrics(const LanguageModelMetrics& metrics, const TextCounts& text, JsonObject* json);

}  // namespace elman
