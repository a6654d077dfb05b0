// Interpolated modified Kneser-Ney (Chen and Goodman, 1998): from adjusted counts to an n-gram
// model in the form of Katz.
//
// With a(h w) the adjusted count of token w behind context h, h' the context without its oldest
// token, and D the discounts of the order, by count (1, 2, 3 and more):
//
//   p(w | h)  = (a(h w) - D(a(h w))) / sum_v a(h v) + gamma(h) p(w | h')
//   gamma(h)  = sum_v D(a(h v)) / sum_v a(h v)
//   p(w)      = (a(w) - D(a(w))) / sum_v a(v) + gamma() / |V|
//
// where V are all tokens that can be predicted. What p(w | h) is for a w that never followed h,
// gamma(h) p(w | h'), is what a model in the form of Katz says where gamma(h) is the backoff. An
// n-gram that is left out gives gamma(h) all that it has, so that nothing is lost.
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

struct Discounts {
  std::array<double, 4> of = {};  // of counts 1, 2, 3 and more; of 0 it is 0
  bool fallback = false;

  double Of(uint64_t count) const { return of[count < 3 ? count : 3]; }
};

// Y = n1 / (n1 + 2 n2), D(c) = c - (c + 1) Y n(c + 1) / n(c). Where a count of counts is 0 or a
// discount is not between 0 and its count, there are 0.5, 1 and 1.5, as KenLM falls back to.
Discounts DiscountsOf(const CountsOfCounts& counts);

// A model of a part, as the arrays that NgramTable::Create takes: in spools, by order from 2 on.
struct InterpolatedOrder {
  std::vector<std::string> contexts, ngrams;  // paths, by part
  uint64_t context_count = 0, ngram_count = 0, pruned = 0;
};

struct InterpolatedModel {
  std::vector<float> unigrams;  // log10 probability, by token; of <s> and <pad> -99
  std::vector<InterpolatedOrder> orders;
};

absl::StatusOr<InterpolatedModel> Interpolate(const AdjustedCounts& counts,
                                              const std::vector<Discounts>& discounts,
                                              const Vocabulary& vocabulary,
                                              const NgramCountingSpec& spec);

}  // namespace elman
