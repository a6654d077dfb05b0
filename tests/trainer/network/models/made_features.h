// Generates input features for tests.
#pragma once

#include <cmath>

#include "data/batches/batch.h"
#include "proto/model.pb.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {

// Returns the batch with a feature vector for each input if the model reads features. The vector is
// a function of the id and its time step, so it does not depend on the position in a batch.
inline Batch WithFeatures(const ModelSpec& spec, Batch batch) {
  batch.ClearFeatures(FeatureSize(spec));
  for (size_t i = 0; i < batch.inputs.size(); ++i) {
    const std::span<float> vector = batch.features.of(i);
    for (size_t j = 0; j < vector.size(); ++j) {
      vector[j] =
          std::sin(1.7f * static_cast<float>(batch.inputs[i]) +
                   0.9f * static_cast<float>(i / batch.rows) + 2.3f * static_cast<float>(j));
    }
  }
  return batch;
}

}  // namespace elman
