#include "trainer/eval/metrics.h"

#include <cmath>
#include <numbers>

namespace elman {

LanguageModelMetrics ComputeMetrics(const LossSums& sums, const TextCounts& text) {
  LanguageModelMetrics metrics;
  metrics.loss = sums.loss / static_cast<double>(sums.targets);
  metrics.perplexity = std::exp(metrics.loss);
  metrics.bits_per_byte = sums.loss / std::numbers::ln2 / static_cast<double>(text.bytes());
  metrics.word_perplexity =
      std::exp(sums.loss / static_cast<double>(text.words() + text.examples()));
  metrics.unknown_rate = static_cast<double>(text.unknown()) / static_cast<double>(text.tokens());
  return metrics;
}

void AddMetrics(const LanguageModelMetrics& metrics, const TextCounts& text, JsonObject* json) {
  json->Add("loss", metrics.loss)
      .Add("perplexity", metrics.perplexity)
      .Add("bits_per_byte", metrics.bits_per_byte)
      .Add("word_perplexity", metrics.word_perplexity)
      .Add("tokens", text.tokens())
      .Add("words", text.words())
      .Add("lines", text.examples())
      .Add("bytes", text.bytes())
      .Add("unknown_rate", metrics.unknown_rate);
}

}  // namespace elman
