// Translation scores BLEU and chrF of a whole test set with one reference per line. Results are
// those of sacreBLEU 2 with default settings; `lowercase` corresponds to its -lc and
// --chrf-lowercase.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/eval/metrics/score_tokenizer.h"

namespace elman {

// BLEU (Papineni et al., 2002): the geometric mean of the n-gram precisions up to n = 4, times a
// brevity penalty. An n-gram counts at most as often as it occurs in the reference. Zero precisions
// are smoothed as in mteval: halved from one such order to the next.
class Bleu {
 public:
  static constexpr int kOrders = 4;

  explicit Bleu(ScoreTokenization tokenization = ScoreTokenization::k13a, bool lowercase = false)
      : tokenization_(tokenization), lowercase_(lowercase) {}

  void Add(std::string_view translation, std::string_view reference);
  Bleu& operator+=(const Bleu& other);  // adds another part of the test set

  double Score() const;  // 0 to 100
  double BrevityPenalty() const;
  // The settings to report with a score, such as "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp";
  // case:lc with `lowercase`.
  std::string Signature() const;

 private:
  ScoreTokenization tokenization_;
  bool lowercase_;
  std::array<int64_t, kOrders> correct_{}, total_{};
  int64_t length_ = 0, reference_length_ = 0;  // number of tokens
};

// chrF (Popovic, 2015): the F2-score of the mean precision and recall of character n-grams up to n
// = 6, without white space.
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
