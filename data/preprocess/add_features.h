// A data set with vectors for its tokens, made of one that has none.
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

struct AddFeaturesOptions {
  std::string data;  // the folder of the data set, which stays as it is
  // By split, which must be all that the data set has: files in the safetensors format
  // (FeatureSource), with the vectors of the tokens of its first field in the order of its
  // examples.
  // </s>, which ends texts, has none there: it gets zeros.
  std::map<std::string, std::vector<std::string>> files;
  std::string output;  // the folder of the new one, which must not exist or be empty
};

// SPLIT:FILE[,SPLIT:FILE...], the text of a flag.
absl::StatusOr<std::map<std::string, std::vector<std::string>>> ParseFeatureFiles(
    const std::string& text);

// Copies the data set and writes the vectors beside its shards; the new folder is there whole or
// not at all. Memory is taken for a block of tokens and one of vectors. The manifest of what was
// made.
absl::StatusOr<DatasetManifest> AddFeatures(const AddFeaturesOptions& options,
                                            Interruption* interruption);

}  // namespace elman
