// The largest piece of memory that a program takes at once with operator new. The test binary must
// be linked with largest_allocation.cc.
#pragma once

#include <cstddef>

namespace elman {

// The largest allocation, by any thread, since the last call.
size_t TakeLargestAllocation();

}  // namespace elman
