// The sums of each example of a split by itself, from which those of any choice of examples follow.
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
  // Whether every example was told of.
  bool complete() const;

  // Of every example as many times as `times`, one number each, says.
  EvaluationSums Total(std::span<const uint32_t> times) const;

 private:
  // A number that is not 0: most of an example's are.
  struct Term {
    uint32_t at;  // among the real ones, then the whole ones
    double value;
  };
  void Add(uint32_t at, double value, std::vector<Term>* terms);

  std::vector<std::vector<Term>> terms_;  // by example
  size_t real_ = 0, whole_ = 0;           // how many numbers there are
};

}  // namespace elman
