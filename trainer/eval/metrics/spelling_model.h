// Code lengths for the spelling of words. They extend a model with a closed vocabulary to all
// strings, so that models with different vocabularies are comparable (Brown et al., 1992, "An
// estimate of an upper bound for the entropy of English": a token model, a spelling model, and
// models of case and spacing).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace elman {

// A model of words as strings of bytes. It predicts each byte, and the end of the word, from up to
// kContextBytes previous symbols; the start of the word counts as a symbol. The probabilities of
// each order are interpolated with those of the next lower order (Witten and Bell, 1991). Below
// order 0, all 257 symbols are equally likely:
//
//   p_j(s | h) = (n(h s) + t(h) p_{j-1}(s | h')) / (n(h) + t(h)),    p_{-1} = 1 / 257
//
// n are counts in the added words, t(h) is the number of different symbols that followed h, h' is h
// without its first symbol, and p_j = p_{j-1} if h did not occur. So every string of bytes has a
// probability, and the sum over all strings is at most 1.
class SpellingModel {
 public:
  static constexpr int kContextBytes = 5;

  // Adds a word to the counts.
  void Add(std::string_view word);
  double Bits(std::string_view word) const;  // -log2 P(word), including the end

 private:
  struct Context {
    uint32_t total = 0;    // number of symbols that followed
    uint32_t symbols = 0;  // number of different ones
  };
  // Keys are packed symbols: a context; a context with the symbol that follows.
  absl::flat_hash_map<uint64_t, Context> contexts_;
  absl::flat_hash_map<uint64_t, uint32_t> followed_;
};

// Bits of a sequence of symbols with these counts per kind, coded adaptively: the probability of
// the next symbol is (its count so far + 1/2) / (all symbols so far + kinds/2) (Krichevsky and
// Trofimov, 1981). The decoder needs no prior knowledge of the sequence.
double AdaptiveCodeBits(std::span<const uint64_t> counts);

}  // namespace elman
