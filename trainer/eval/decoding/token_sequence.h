// A text as a model reads it: token ids and optional features.
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
  std::vector<float> features = {};  // features of the ids, [ids, size]; may be empty
};

// Reads the first field of an example, and its features unless `features` is null.
absl::StatusOr<TokenSequence> ReadTokens(const ExampleView& example, FeatureReader* features);

// Reads the features of the ids from `source`, unless that is null. If `ends`, the last id is the
// </s> at the end of a text, whose features are zeros.
absl::Status TakeFeatures(FeatureSource* source, bool ends, TokenSequence* sequence);

}  // namespace elman
