// Creates a copy of a data set with a feature vector for each token.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/command_line/interruption.h"
#include "proto/dataset.pb.h"

namespace elman {

// Options of AddFeatures.
struct AddFeaturesOptions {
  std::string data;  // folder of the source data set; it is not changed
  // Files by split, for all splits of the data set. They are in the safetensors format
  // (FeatureSource) and have the vectors of the tokens of the first field in the order of the
  // examples. They have no vector for the </s> at the end of a text; it gets zeros.
  std::map<std::string, std::vector<std::string>> files;
  std::string output;  // folder of the new data set; it must be empty or not exist
};

// Parses a flag value SPLIT:FILE[,SPLIT:FILE...].
absl::StatusOr<std::map<std::string, std::vector<std::string>>> ParseFeatureFiles(
    const std::string& text);

// Copies the data set and adds a feature file for each shard. Returns the new manifest. The output
// folder is complete or not created at all. Memory holds only one block of tokens and one of
// vectors.
absl::StatusOr<DatasetManifest> AddFeatures(const AddFeaturesOptions& options,
                                            Interruption* interruption);

}  // namespace elman
