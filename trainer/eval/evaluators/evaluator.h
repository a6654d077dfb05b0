// The figures of a model over a split, the same to the last bit whoever computes them.
//
// A split is judged by parts. A part is always computed together, by the same products of the same
// shapes; real sums of parts are added in the order of the parts. So parts can be divided among any
// number of ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/evaluators/evaluation_sums.h"
#include "trainer/network/models/model.h"

namespace elman {

// What an example of a split comes to, or a piece of it.
struct ExamplePiece {
  uint64_t example = 0;       // its number in the split
  uint64_t line = 0;          // of the corpus, from 1, that the example is of; 0: not known
  uint64_t first_target = 0;  // where in the example the piece begins
  std::span<const int32_t> targets;
  std::span<const double> losses;  // of these targets, in nats
  const EvaluationSums& sums;      // that the piece adds to those of its part
};

// Hears of examples, all of them and in any order; the pieces of one also.
class ExampleObserver {
 public:
  virtual ~ExampleObserver() = default;
  virtual void Observe(const ExamplePiece& piece) = 0;
};

// Not for concurrent use.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  virtual int64_t parts() const = 0;

  // `interrupted`, if given, is asked before every batch; when it says yes the result is Cancelled.
  // The model's values may change between calls, but not its structure.
  virtual absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                                      const std::function<bool()>& interrupted) = 0;

  // What the sums of all parts mean.
  virtual Evaluation Conclude(const EvaluationSums& total) const = 0;

  // All parts, one after another.
  absl::StatusOr<Evaluation> Evaluate(Model* model);

  // From now on tells `observer`, which must stay, of the examples of every part. Costs nothing
  // where nobody listens.
  void AddObserver(ExampleObserver* observer) { observers_.push_back(observer); }

 protected:
  bool observed() const { return !observers_.empty(); }
  void Tell(const ExamplePiece& piece) const {
    for (ExampleObserver* observer : observers_) observer->Observe(piece);
  }

 private:
  std::vector<ExampleObserver*> observers_;
};

}  // namespace elman
