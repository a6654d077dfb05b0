// A model whose targets are labels: of every word, or of a whole sequence.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/models/model.h"

namespace elman {

class Labeler : public Model {
 public:
  int64_t carry_states() const final { return 0; }  // every sequence is one by itself
  int64_t carry_width() const final { return 0; }
  void Begin(int64_t, float*) final {}
  Labeler* AsLabeler() final { return this; }

  // The label predicted for every target of the batch that is not kNoTarget, laid out like
  // batch.targets, whose values do not matter otherwise; kNoTarget elsewhere. Where a label's
  // probability is known by itself it goes to `probabilities`, which is as large or empty; where it
  // is not, as in a random field, not-a-number does.
  virtual void Predict(const Batch& batch, std::span<int32_t> labels,
                       std::span<float> probabilities, Workspace* workspace) = 0;
};

}  // namespace elman
