// Counts what a program takes from the heap with operator new. The test binary must be linked with
// allocation_count.cc.
#pragma once

#include <cstdint>

namespace elman {

// Sanitizers have an operator new of their own, which must stay: under them nothing is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCountsAllocations = false;
#else
inline constexpr bool kCountsAllocations = true;
#endif

// Allocations so far, by all threads, but for those that oneDNN makes for itself inside a
// primitive.
int64_t AllocationCount();

}  // namespace elman
