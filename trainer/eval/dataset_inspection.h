// What a data set or a shard is and holds.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection.h"

namespace elman {

// The folder of a data set: its fields, its splits, and the first examples of each.
absl::StatusOr<Inspection> InspectDataset(const std::string& path, bool verify);

// One shard by itself.
absl::StatusOr<Inspection> InspectShard(const std::string& path, bool verify);

}  // namespace elman
