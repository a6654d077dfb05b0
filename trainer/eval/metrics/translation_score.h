// How near translations are to their references: BLEU and chrF over a whole test set, with one
// reference a line. Figures are those of sacreBLEU 2 with its default settings, or, with
// `lowercase`, of lines in lower case (its -lc, and --chrf-lowercase).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/eval/metrics/score_tokenizer.h"

namespace elman {

// BLEU (Papineni et al., 2002): the geometric mean of the precisions of n-grams up to 4, each
// counted at most as often as in the reference, times a penalty for brevity. A precision of zero is
// smoothed as mteval does it: halved from one such order to the next.
class Bleu {
 public:
  static constexpr int kOrders = 4;

  explicit Bleu(ScoreTokenization tokenization = ScoreTokenization::k13a, bool lowercase = false)
      : tokenization_(tokenization), lowercase_(lowercase) {}

  void Add(std::string_view translation, std::string_view reference);
  Bleu& operator+=(const Bleu& other);  // of another part of the test set

  double Score() const;  // 0 to 100
  double BrevityPenalty() const;
  // "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp": what a figure must be quoted with. case:lc of
  // lines in lower case.
  std::string Signature() const;

 private:
  ScoreTokenization tokenization_;
  bool lowercase_;
  std::array<int64_t, kOrders> correct_{}, total_{};
  int64_t length_ = 0, reference_length_ = 0;  // tokens
};

// chrF (Popovic, 2015): the F-score, recall counting twice, of the mean precision and recall of
// n-grams of characters up to 6, white space left out.
class Chrf {
 public:
  static constexpr int kOrders = 6;

  explicit Chrf(bool lowercase = false) : lowercase_(lowercase) {}

  void Add(std::string_view translation, std::string_view reference);
  Chrf& operator+=(const Chrf& other);

  double Score() const;  // 0 to 100
  std::string Signature() const;

 private:
  bool lowercase_;
  std::array<int64_t, kOrders> translated_{}, referred_{}, matched_{};
};

}  // namespace elman
