// Counts what a program takes from the heap with operator new. The test binary must be linked with
// allocation_count.cc.
#pragma once

#include <cstdint>

namespace elman {

// Allocations so far, by all threads, but for those that oneDNN makes for itself inside a
// primitive.
int64_t AllocationCount();

}  // namespace elman
