// A text as a model reads it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/features/feature_reader.h"
#include "data/features/feature_source.h"
#include "data/shards/example_reader.h"

namespace elman {

struct TokenSequence {
  std::vector<uint32_t> ids = {};
  std::vector<float> features = {};  // the vectors that came with them, [ids, size]; or none
};

// The first field of an example, with its vectors unless `features` is null.
absl::StatusOr<TokenSequence> ReadTokens(const ExampleView& example, FeatureReader* features);

// Fills in the vectors of the ids, the next of `source`, unless that is null; of the last id, where
// it is the </s> that a text ends in, zeros.
absl::Status TakeFeatures(FeatureSource* source, bool ends, TokenSequence* sequence);

}  // namespace elman
