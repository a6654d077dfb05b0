// Counts heap allocations made with operator new. The test binary must be linked with
// allocations.cc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elman {

// Sanitizers have their own operator new, which must not be replaced: with them only the largest
// allocation is known, and nothing is counted.
#ifdef ELMAN_SANITIZED
inline constexpr bool kCountsAllocations = false;
#else
inline constexpr bool kCountsAllocations = true;
#endif

// Returns the number of allocations since the first call, by all threads, without those that oneDNN
// makes inside a primitive.
int64_t AllocationCount();

// Returns the size of the largest allocation by any thread since the last call.
size_t TakeLargestAllocation();

}  // namespace elman
