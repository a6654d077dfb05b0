// Initializes embeddings with vectors from files instead of random numbers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/state/training_state.h"

namespace elman {

// Files of vectors in the formats of ParseVectorFile; empty: none.
struct InitialVectors {
  std::string vectors = {};         // for the words that the model reads
  std::string target_vectors = {};  // for the words that the decoder of a translator reads
};

// Sets the initial values of a new run: random numbers, and the vectors of the pieces that have
// one. Collective; only rank 0 reads the files. Returns, on rank 0, a line about each file for the
// log. InvalidArgument if the files do not fit the data set or the model, or if frozen embeddings
// would stay random.
absl::StatusOr<std::vector<std::string>> BeginValues(const TrainingConfig& config,
                                                     const InitialVectors& files,
                                                     const Dataset& dataset,
                                                     const ParameterTable& parameters,
                                                     TrainingState* state);

}  // namespace elman
