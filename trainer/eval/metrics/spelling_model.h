// What it costs to spell words: code lengths that close a vocabulary, so that models with different
// vocabularies compare (Brown et al., 1992, "An estimate of an upper bound for the entropy of
// English": a token model, a spelling model, and models of case and spacing).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace elman {

// A model of words as strings of bytes: each byte, and the end of the word, given up to
// kContextBytes symbols before it, the begin of the word being one. Probabilities of each order are
// interpolated with those of the order below (Witten and Bell, 1991); below order 0 all 257 symbols
// are equally likely:
//
//   p_j(s | h) = (n(h s) + t(h) p_{j-1}(s | h')) / (n(h) + t(h)),    p_{-1} = 1 / 257
//
// n counts in the words that were added, t(h) is the number of different symbols that followed h,
// h' is h without its first symbol, and p_j = p_{j-1} where h was never seen. So every string of
// bytes has a probability, and those of all strings add up to 1 at most.
class SpellingModel {
 public:
  static constexpr int kContextBytes = 5;

  void Add(std::string_view word);
  double Bits(std::string_view word) const;  // -log2 P(word), its end included

 private:
  struct Context {
    uint32_t total = 0;    // symbols that followed
    uint32_t symbols = 0;  // how many different ones
  };
  // Both by packed symbols: a context, and a context with the symbol that follows.
  absl::flat_hash_map<uint64_t, Context> contexts_;
  absl::flat_hash_map<uint64_t, uint32_t> followed_;
};

// Bits of a sequence of symbols of which there are so many of each kind, coded adaptively: the next
// one has the probability (its count so far + 1/2) / (all so far + kinds/2) (Krichevsky and
// Trofimov, 1981). Nothing need be known of the sequence beforehand.
double AdaptiveCodeBits(std::span<const uint64_t> counts);

}  // namespace elman
