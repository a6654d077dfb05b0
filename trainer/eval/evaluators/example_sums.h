// Stores the sums of each example of a split, to compute metrics of any sample of examples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

class ExampleSums : public ExampleObserver {
 public:
  explicit ExampleSums(uint64_t examples) : terms_(examples) {}

  void Observe(const ExamplePiece& piece) override;

  uint64_t examples() const { return terms_.size(); }
  // Returns whether every example was observed.
  bool complete() const;

  // Returns the sums of a sample that contains example i times[i] times.
  EvaluationSums Total(std::span<const uint32_t> times) const;

 private:
  // A sum that is not 0; most sums of an example are 0.
  struct Term {
    uint32_t at;  // index: real sums first, then integer ones
    double value;
  };
  void Add(uint32_t at, double value, std::vector<Term>* terms);

  std::vector<std::vector<Term>> terms_;  // by example
  size_t real_ = 0, whole_ = 0;           // number of sums of each kind
};

}  // namespace elman
