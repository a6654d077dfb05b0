// Computes the norms of values, gradients and updates of a step for each parameter, and finds
// elements that are not finite.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/batches/batch_source.h"
#include "trainer/network/models/model.h"
#include "trainer/state/training_state.h"

namespace elman {

// For a run in one process, whose state has every lane and all of every array.
class StepNorms {
 public:
  // Both arguments must outlive this object.
  StepNorms(const Model& model, const BatchSource& source);

  // Call when gradients are summed and values are not yet updated. The gradient of the loss is the
  // sums times `scale`.
  void LookAtStep(TrainingState* state, std::span<const float> summed_gradients, double scale);
  // Call when values are updated.
  void LookAtUpdate(TrainingState* state);

  // Returns a table of Euclidean norms with one line per parameter, then one line per array with
  // elements that are not finite: the first such element and their number.
  std::string Text() const;

 private:
  std::vector<double> Norms(const char* what, std::span<const float> array, double scale);
  void LookAtCarry(TrainingState* state);

  const Model& model_;
  const BatchSource& source_;
  std::vector<float> values_;
  // One norm per parameter, then one for all; empty if not computed.
  std::vector<double> values_norms_, gradient_norms_, update_norms_;
  std::string not_finite_;  // lines
};

}  // namespace elman
