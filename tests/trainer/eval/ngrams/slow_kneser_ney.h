// A slow reference implementation of interpolated modified Kneser-Ney smoothing: it computes the
// formulas one n-gram at a time, with maps.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "data/text/vocabulary.h"

namespace elman {

class SlowKneserNey {
 public:
  using Tokens = std::vector<uint32_t>;  // in text order

  // Lines must end with </s>.
  SlowKneserNey(const std::vector<Tokens>& lines, const Vocabulary& vocabulary, int order,
                std::vector<uint64_t> prune)
      : vocabulary_(vocabulary), order_(order), prune_(std::move(prune)), discounts_(order) {
    for (const Tokens& line : lines) {
      Tokens text = {vocabulary.start_id()};
      text.insert(text.end(), line.begin(), line.end());
      for (size_t end = 1; end < text.size(); ++end) {
        for (size_t begin = end + 1; begin-- > 0 && end - begin < static_cast<size_t>(order);) {
          const Tokens ngram(text.begin() + begin, text.begin() + end + 1);
          ++occurrences_[ngram];
          if (begin > 0) before_[ngram].insert(text[begin - 1]);
        }
      }
    }
    for (int n = 1; n <= order; ++n) FindDiscounts(n);
  }

  // Returns p(token | context).
  double Probability(Tokens context, uint32_t token) const {
    const std::vector<double>& d = discounts_[context.size()];
    double total = 0, set_aside = 0;
    for (uint32_t v = 0; v < vocabulary_.predicted_size(); ++v) {
      const Tokens ngram = Joined(context, v);
      const double count = Adjusted(ngram);
      total += count;
      set_aside += Pruned(ngram) ? count : d[count < 3 ? static_cast<size_t>(count) : 3];
    }
    const Tokens shorter(context.empty() ? context.begin() : context.begin() + 1, context.end());
    const double lower =
        context.empty() ? 1.0 / vocabulary_.predicted_size() : Probability(shorter, token);
    if (total == 0) return lower;
    const Tokens ngram = Joined(context, token);
    const double count = Pruned(ngram) ? 0 : Adjusted(ngram);
    return (count - d[count < 3 ? static_cast<size_t>(count) : 3]) / total +
           set_aside / total * lower;
  }

  const std::vector<double>& discounts(int order) const { return discounts_[order - 1]; }
  bool fallback(int order) const { return fallback_.contains(order); }

 private:
  static Tokens Joined(Tokens context, uint32_t token) {
    context.push_back(token);
    return context;
  }
  bool Pruned(const Tokens& ngram) const {
    const auto found = occurrences_.find(ngram);
    return found == occurrences_.end() || found->second <= prune_[ngram.size() - 1];
  }
  double Adjusted(const Tokens& ngram) const {
    const auto found = occurrences_.find(ngram);
    if (found == occurrences_.end()) return 0;
    const bool itself =
        ngram.size() == static_cast<size_t>(order_) || ngram[0] == vocabulary_.start_id();
    return static_cast<double>(itself ? found->second : before_.at(ngram).size());
  }
  void FindDiscounts(int n) {
    std::map<double, double> counts;
    for (const auto& [ngram, unused] : occurrences_) {
      if (ngram.size() == static_cast<size_t>(n)) ++counts[Adjusted(ngram)];
    }
    std::vector<double>& d = discounts_[n - 1];
    const double y = counts[1] / (counts[1] + 2 * counts[2]);
    d = {0};
    for (int c = 1; c <= 3; ++c) d.push_back(c - (c + 1) * y * counts[c + 1] / counts[c]);
    for (int c = 1; c <= 3; ++c) {
      if (d[c] > 0 && d[c] <= c && counts[c] > 0) continue;
      d = {0, 0.5, 1, 1.5};
      fallback_.insert(n);
      return;
    }
  }

  const Vocabulary& vocabulary_;
  const int order_;
  const std::vector<uint64_t> prune_;
  std::map<Tokens, uint64_t> occurrences_;
  std::map<Tokens, std::set<uint32_t>> before_;
  std::vector<std::vector<double>> discounts_;
  std::set<int> fallback_;
};

}  // namespace elman
