// Checks whether the numbers of a checkpoint are finite. An undamaged file can contain NaN if the
// training that wrote it diverged. Such a model cannot predict, and training cannot continue from
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Returns the number of infinities and NaNs.
int64_t CountNotFinite(std::span<const float> elements);

// The number of non-finite elements of a parameter, or of an array that does not consist of
// parameters.
struct NotFinite {
  std::string array;           // values, moment1, ...
  std::string parameter = {};  // empty: the array does not consist of parameters
  int64_t elements = 0;        // of the parameter, or of the array
  int64_t count = 0;           // number of non-finite elements; at least 1
};

// Returns a text such as "3 of 26 numbers of values of output.bias are not finite".
std::string ToString(const NotFinite& found);

// Finds non-finite elements in a part of an array that begins at element `first`, by the parameters
// of the header.
std::vector<NotFinite> FindNotFinite(const CheckpointHeader& header, std::string_view array,
                                     std::span<const float> piece, int64_t first);
// Finds non-finite elements in all arrays of a checkpoint.
std::vector<NotFinite> FindNotFinite(const Checkpoint& checkpoint);

// Returns DataLoss if any element is not finite: names the first parameter, counts the others and
// states the remedy. Arrays without elements are finite. `path` is that of the checkpoint.
absl::Status CheckAllFinite(const Checkpoint& checkpoint, const std::string& path);
// The same for the values only, which are all that is needed to use a model.
absl::Status CheckValuesFinite(const Checkpoint& checkpoint, const std::string& path);

}  // namespace elman
