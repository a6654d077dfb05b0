// Whether the numbers of a checkpoint are finite. A file can be whole and hold NaN all the same:
// the training that wrote it diverged. Such values predict nothing, and to train on with them is in
// vain.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Infinite elements, and NaNs.
int64_t CountNotFinite(std::span<const float> elements);

// Elements of a parameter, or of an array that is not made of parameters, that are not finite.
struct NotFinite {
  std::string array;           // values, moment1, ...
  std::string parameter = {};  // empty: the array is not made of parameters
  int64_t elements = 0;        // of the parameter, or of the array
  int64_t count = 0;           // of those that are not finite; at least 1
};

// "3 of 26 numbers of values of output.bias are not finite".
std::string ToString(const NotFinite& found);

// Those of a piece of an array that begins at its element `first`, by the parameters of the header.
std::vector<NotFinite> FindNotFinite(const CheckpointHeader& header, std::string_view array,
                                     std::span<const float> piece, int64_t first);
// Those of all arrays of a checkpoint.
std::vector<NotFinite> FindNotFinite(const Checkpoint& checkpoint);

// DataLoss if there are any: names the first, counts the others, and says the remedy. Empty values
// are finite. `path` is the checkpoint's.
absl::Status CheckAllFinite(const Checkpoint& checkpoint, const std::string& path);
// The same of the values alone, which is all that a model is used with.
absl::Status CheckValuesFinite(const Checkpoint& checkpoint, const std::string& path);

}  // namespace elman
