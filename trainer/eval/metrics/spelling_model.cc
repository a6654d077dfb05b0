#include "trainer/eval/metrics/spelling_model.h"

#include <math.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace elman {
namespace {

constexpr int kSpelledSymbols = 257;  // the bytes, and the end of a word
constexpr uint64_t kWordEnd = 256;

// Packs the `size` symbols before position `at` of a word; the first one may be the start of the
// word.
uint64_t PackContext(std::string_view word, size_t at, size_t size) {
  const bool from_begin = size == at + 1;
  uint64_t packed = size << 1 | uint64_t{from_begin};
  for (size_t i = at - size + (from_begin ? 1 : 0); i < at; ++i)
    packed = packed << 8 | static_cast<unsigned char>(word[i]);
  return packed;
}

uint64_t Follow(uint64_t context, uint64_t symbol) { return context << 9 | symbol; }

uint64_t SymbolAt(std::string_view word, size_t at) {
  return at == word.size() ? kWordEnd : static_cast<unsigned char>(word[at]);
}

size_t LongestContext(size_t at) { return std::min<size_t>(at + 1, SpellingModel::kContextBytes); }

double LogGamma(double x) {
  int sign = 0;  // unused; std::lgamma would set a global variable
  return ::lgamma_r(x, &sign);
}

}  // namespace

void SpellingModel::Add(std::string_view word) {
  for (size_t at = 0; at <= word.size(); ++at) {
    for (size_t size = 0; size <= LongestContext(at); ++size) {
      const uint64_t packed = PackContext(word, at, size);
      Context& context = contexts_[packed];
      ++context.total;
      context.symbols += ++followed_[Follow(packed, SymbolAt(word, at))] == 1 ? 1 : 0;
    }
  }
}

double SpellingModel::Bits(std::string_view word) const {
  double bits = 0;
  for (size_t at = 0; at <= word.size(); ++at) {
    double probability = 1.0 / kSpelledSymbols;
    for (size_t size = 0; size <= LongestContext(at); ++size) {
      const uint64_t packed = PackContext(word, at, size);
      const auto context = contexts_.find(packed);
      if (context == contexts_.end()) break;  // longer contexts were not seen either
      const auto found = followed_.find(Follow(packed, SymbolAt(word, at)));
      const double count = found == followed_.end() ? 0 : found->second;
      const double symbols = context->second.symbols;
      probability = (count + symbols * probability) / (context->second.total + symbols);
    }
    bits -= std::log2(probability);
  }
  return bits;
}

double AdaptiveCodeBits(std::span<const uint64_t> counts) {
  const double prior = static_cast<double>(counts.size()) / 2;
  double total = prior, nats = -LogGamma(prior);
  for (const uint64_t count : counts) {
    total += static_cast<double>(count);
    nats += LogGamma(0.5) - LogGamma(static_cast<double>(count) + 0.5);
  }
  return (nats + LogGamma(total)) / std::numbers::ln2;
}

}  // namespace elman
