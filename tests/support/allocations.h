// What a program takes from the heap with operator new. The test binary must be linked with
// allocations.cc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elman {

// Sanitizers have an operator new of their own, which must stay: under them the largest allocation
// is known, but nothing is counted.
#ifdef ELMAN_SANITIZED
inline constexpr bool kCountsAllocations = false;
#else
inline constexpr bool kCountsAllocations = true;
#endif

// Allocations since the first call, by all threads, but for those that oneDNN makes for itself
// inside a primitive.
int64_t AllocationCount();

// The largest allocation, by any thread, since the last call.
size_t TakeLargestAllocation();

}  // namespace elman
