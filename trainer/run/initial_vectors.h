// Embeddings that begin as vectors from elsewhere instead of random numbers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/state/training_state.h"

namespace elman {

// Files of vectors, as ParseVectorFile reads them; empty: none.
struct InitialVectors {
  std::string vectors = {};         // for the words a model reads
  std::string target_vectors = {};  // for those a translator's decoder reads
};

// The values that a new run begins with: random ones, and the vectors of those pieces that have
// one. Collective; only rank 0 reads the files. On rank 0, returns a line for people about each
// file. InvalidArgument where the files make no sense for the data set or the model, or where
// embeddings that are frozen would stay random.
absl::StatusOr<std::vector<std::string>> BeginValues(const TrainingConfig& config,
                                                     const InitialVectors& files,
                                                     const Dataset& dataset,
                                                     const ParameterTable& parameters,
                                                     TrainingState* state);

}  // namespace elman
