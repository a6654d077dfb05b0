#include "trainer/eval/evaluators/example_sums.h"

#include <algorithm>

#include "trainer/network/math/check.h"

namespace elman {

void ExampleSums::Observe(const ExamplePiece& piece) {
  CHECK_LT(piece.example, terms_.size());
  real_ = piece.sums.real.size();
  whole_ = piece.sums.whole.size();
  std::vector<Term>* const terms = &terms_[piece.example];
  for (size_t i = 0; i < real_; ++i) Add(static_cast<uint32_t>(i), piece.sums.real[i], terms);
  for (size_t i = 0; i < whole_; ++i) {
    Add(static_cast<uint32_t>(real_ + i), static_cast<double>(piece.sums.whole[i]), terms);
  }
}

void ExampleSums::Add(uint32_t at, double value, std::vector<Term>* terms) {
  if (value == 0) return;
  const auto found = std::ranges::find(*terms, at, &Term::at);
  if (found != terms->end()) {
    found->value += value;
  } else {
    terms->push_back({at, value});
  }
}

bool ExampleSums::complete() const {
  return std::ranges::none_of(terms_, [](const auto& terms) { return terms.empty(); });
}

EvaluationSums ExampleSums::Total(std::span<const uint32_t> times) const {
  CHECK_EQ(times.size(), terms_.size());
  std::vector<double> total(real_ + whole_);
  for (size_t example = 0; example < terms_.size(); ++example) {
    if (times[example] == 0) continue;
    for (const Term& term : terms_[example]) total[term.at] += times[example] * term.value;
  }
  const auto whole = total.begin() + static_cast<ptrdiff_t>(real_);
  return {.real = {total.begin(), whole}, .whole = {whole, total.end()}};
}

}  // namespace elman
