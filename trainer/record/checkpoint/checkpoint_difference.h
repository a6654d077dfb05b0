#pragma once

#include <string>

#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

// Where two checkpoints first differ in what their content hash covers, for people: the
// configuration's field, the position, or the array, parameter and element, with both values and
// how many elements of the array differ. Elements are compared as bits. Empty if they do not.
std::string FirstDifference(const Checkpoint& a, const Checkpoint& b);

}  // namespace elman
