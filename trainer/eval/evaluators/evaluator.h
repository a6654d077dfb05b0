// Interface of evaluators, which compute the metrics of a model on a split. Results have the same
// bits on any number of ranks.
//
// A split is divided into parts. Each part is computed as a unit, with matrix products of the same
// shapes, and real-valued sums are added in the order of the parts. So parts can be divided among
// any number of ranks.
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

// The result for an example of a split, or for a piece of it.
struct ExamplePiece {
  uint64_t example = 0;       // number in the split
  uint64_t line = 0;          // line number in the corpus, from 1; 0 if unknown
  uint64_t first_target = 0;  // position of the piece in the example
  std::span<const int32_t> targets;
  std::span<const double> losses;  // of the piece's targets, in nats
  const EvaluationSums& sums;      // the contribution of the piece to the sums of its part
};

// Receives the results of all examples, in any order; the pieces of an example may be in any order
// too.
class ExampleObserver {
 public:
  virtual ~ExampleObserver() = default;
  // Must not keep references to the piece, which is valid only during the call.
  virtual void Observe(const ExamplePiece& piece) = 0;
};

// Not thread-safe.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  virtual int64_t parts() const = 0;

  // Calls `interrupted`, unless it is null, before every batch; if it returns true, the result is
  // Cancelled. The model's values may change between calls, but not its structure.
  virtual absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                                      const std::function<bool()>& interrupted) = 0;

  // Computes the metrics from the sums of all parts.
  virtual Evaluation ComputeMetrics(const EvaluationSums& total) const = 0;

  // Evaluates all parts in order.
  absl::StatusOr<Evaluation> Evaluate(Model* model);

  // Passes the examples of all following parts to `observer`, which must outlive the evaluator.
  // Without observers this has no cost.
  void AddObserver(ExampleObserver* observer) { observers_.push_back(observer); }

 protected:
  bool observed() const { return !observers_.empty(); }
  void NotifyObservers(const ExamplePiece& piece) const {
    for (ExampleObserver* observer : observers_) observer->Observe(piece);
  }

 private:
  std::vector<ExampleObserver*> observers_;
};

}  // namespace elman
