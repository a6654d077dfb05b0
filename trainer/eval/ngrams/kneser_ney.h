// Interpolated modified Kneser-Ney smoothing (Chen and Goodman, 1998): converts adjusted counts to
// a backoff n-gram model (Katz).
//
// Let a(h w) be the adjusted count of token w after context h, h' the context without its oldest
// token, and D the discounts of the order, by count (1, 2, 3 and more):
//
//   p(w | h)  = (a(h w) - D(a(h w))) / sum_v a(h v) + gamma(h) p(w | h')
//   gamma(h)  = sum_v D(a(h v)) / sum_v a(h v)
//   p(w)      = (a(w) - D(a(w))) / sum_v a(v) + gamma() / |V|
//
// where V is the set of tokens that can be predicted. If w never follows h, p(w | h) = gamma(h) p(w
// | h'), so gamma(h) is the backoff of the Katz model. The whole probability of a pruned n-gram is
// added to gamma(h), so the sum remains 1.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/ngrams/adjusted_counts.h"
#include "trainer/eval/ngrams/ngram_counts.h"

namespace elman {

// The discounts of one order.
struct Discounts {
  std::array<double, 4> of = {};  // for counts 0 (always 0), 1, 2, and 3 or more
  bool fallback = false;

  double Of(uint64_t count) const { return of[count < 3 ? count : 3]; }
};

// Y = n1 / (n1 + 2 n2), D(c) = c - (c + 1) Y n(c + 1) / n(c). If a count of counts is 0, or a
// discount is not between 0 and its count, the discounts are 0.5, 1 and 1.5, as in KenLM.
Discounts DiscountsOf(const CountsOfCounts& counts);

// One order (from 2 on) of a model, as spools with the arrays of NgramTable::Create.
struct InterpolatedOrder {
  std::vector<std::string> contexts, ngrams;  // paths, by part
  uint64_t context_count = 0, ngram_count = 0, pruned = 0;
};

// A complete model; `orders` begins with order 2.
struct InterpolatedModel {
  std::vector<float> unigrams;  // log10 probability, by token; -99 for <s> and <pad>
  std::vector<InterpolatedOrder> orders;
};

// Computes the model. `discounts` are by order. Temporary files are in spec.folder.
absl::StatusOr<InterpolatedModel> Interpolate(const AdjustedCounts& counts,
                                              const std::vector<Discounts>& discounts,
                                              const Vocabulary& vocabulary,
                                              const NgramCountingSpec& spec);

}  // namespace elman
