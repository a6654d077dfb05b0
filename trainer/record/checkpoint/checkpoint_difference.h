// Describes the first difference between two checkpoints.
#pragma once

#include <string>

#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Returns a description of the first difference in what the content hash covers: the field of the
// configuration, the data position, or the array, parameter and element, with both values and the
// number of elements of the array that differ. Elements are compared bit by bit. Empty if there is
// no difference.
std::string FirstDifference(const Checkpoint& a, const Checkpoint& b);

}  // namespace elman
