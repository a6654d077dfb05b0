// The size of what a step works with, parameter by parameter, and whether it is finite.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/batches/batch_source.h"
#include "trainer/network/models/model.h"
#include "trainer/state/training_state.h"

namespace elman {

// For a run in one process, where the state has every lane and the whole of every array.
class StepSurvey {
 public:
  // Both must outlive the survey.
  StepSurvey(const Model& model, const BatchSource& source);

  // When gradients are summed and values not yet updated. `scale` makes of the sums the gradient of
  // the loss.
  void LookAtStep(TrainingState* state, std::span<const float> summed_gradients, double scale);
  // When values are updated.
  void LookAtUpdate(TrainingState* state);

  // A table of Euclidean norms, a line a parameter, then a line for every array with something not
  // finite in it: the first such element and how many there are.
  std::string Text() const;

 private:
  std::vector<double> Norms(const char* what, std::span<const float> array, double scale);
  void LookAtCarry(TrainingState* state);

  const Model& model_;
  const BatchSource& source_;
  std::vector<float> values_;
  // By parameter and, last, of all; empty if not looked at.
  std::vector<double> values_norms_, gradient_norms_, update_norms_;
  std::string not_finite_;  // lines
};

}  // namespace elman
