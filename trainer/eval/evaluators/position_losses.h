// What a language model makes of the beginnings of lines, and of what comes later in them.
#pragma once

#include <array>
#include <cstdint>

#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

class PositionLosses : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override;

  // by_position: loss, perplexity and number of the tokens in some ranges of places in their lines,
  // the first of which is 1.
  FigureTable Table() const;

 private:
  static constexpr std::array<uint64_t, 7> kFrom = {1, 2, 5, 10, 20, 40, 80};
  struct Range {
    double loss = 0;
    int64_t tokens = 0;
  };
  std::array<Range, kFrom.size()> ranges_;
};

}  // namespace elman
