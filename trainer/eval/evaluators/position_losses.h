// Losses of a language model by position in the line.
#pragma once

#include <array>
#include <cstdint>

#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

class PositionLosses : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override;

  // Returns the table "by_position": loss, perplexity and number of tokens for ranges of positions
  // in lines, counted from 1.
  MetricTable Table() const;

 private:
  static constexpr std::array<uint64_t, 7> kFrom = {1, 2, 5, 10, 20, 40, 80};
  struct Range {
    double loss = 0;
    int64_t tokens = 0;
  };
  std::array<Range, kFrom.size()> ranges_;
};

}  // namespace elman
