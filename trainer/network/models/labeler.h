// Interface of models that predict labels: of every word (Tagger) or of a whole sequence
// (Classifier).
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/models/model.h"

namespace elman {

class Labeler : public Model {
 public:
  int64_t carry_states() const final { return 0; }  // sequences are independent
  int64_t carry_width() const final { return 0; }
  void Begin(int64_t, float*) final {}
  Labeler* AsLabeler() final { return this; }

  // Predicts a label for every element of batch.targets that is not kNoTarget; the values of other
  // targets are ignored. `labels` has the layout of batch.targets and is kNoTarget elsewhere.
  // `probabilities` has the same size or is empty; it gets the probability of each predicted label,
  // with a CRF its marginal probability, and NaN elsewhere.
  virtual void Predict(const Batch& batch, std::span<int32_t> labels,
                       std::span<float> probabilities, Workspace* workspace) = 0;
};

}  // namespace elman
