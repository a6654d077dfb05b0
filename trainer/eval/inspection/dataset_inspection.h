// What a data set or a shard is and holds.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// The folder of a data set: its fields, its splits, and the first examples of each.
absl::StatusOr<Inspection> InspectDataset(const std::string& path, bool verify);

// One shard, the vectors of its tokens, or the raw text of its examples, by themselves.
absl::StatusOr<Inspection> InspectShard(const std::string& path, bool verify);
absl::StatusOr<Inspection> InspectFeatures(const std::string& path, bool verify);
absl::StatusOr<Inspection> InspectRawText(const std::string& path, bool verify);

}  // namespace elman
