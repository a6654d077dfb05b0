// Implements elman-inspect for data sets and shards.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Describes the folder of a data set: its fields, its splits, and the first examples of each.
absl::StatusOr<Inspection> InspectDataset(const std::string& path, bool verify);

// Describes a single file: a shard, a features file or a raw text file.
absl::StatusOr<Inspection> InspectShard(const std::string& path, bool verify);
absl::StatusOr<Inspection> InspectFeatures(const std::string& path, bool verify);
absl::StatusOr<Inspection> InspectRawText(const std::string& path, bool verify);

}  // namespace elman
