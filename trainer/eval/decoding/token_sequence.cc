#include "trainer/eval/decoding/token_sequence.h"

#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<TokenSequence> ReadTokens(const ExampleView& example, FeatureReader* features) {
  const std::span<const int32_t> ids = example.fields[0];
  TokenSequence sequence{.ids = {ids.begin(), ids.end()}};
  if (features == nullptr) return sequence;
  sequence.features.resize(ids.size() * static_cast<size_t>(features->size()));
  RETURN_IF_ERROR(features->Read(example.first_token, sequence.features));
  return sequence;
}

absl::Status TakeFeatures(FeatureSource* source, bool ends, TokenSequence* sequence) {
  if (source == nullptr) return absl::OkStatus();
  const size_t tokens = sequence->ids.size();
  sequence->features.clear();
  RETURN_IF_ERROR(source->ReadText(tokens - (ends ? 1 : 0), &sequence->features));
  sequence->features.resize(tokens * static_cast<size_t>(source->size()), 0);
  return absl::OkStatus();
}

}  // namespace elman
