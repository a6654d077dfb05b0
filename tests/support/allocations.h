// What a program takes from the heap with operator new. The test binary must be linked with
// allocations.cc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace elman {

// Sanitizers have an operator new of their own, which must stay: under them the largest allocation
// is known, but nothing is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ELMAN_SANITIZED 1
#elif defined(__has_feature)
#define ELMAN_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define ELMAN_SANITIZED 0
#endif
inline constexpr bool kCountsAllocations = !ELMAN_SANITIZED;

// Allocations since the first call, by all threads, but for those that oneDNN makes for itself
// inside a primitive.
int64_t AllocationCount();

// The largest allocation, by any thread, since the last call.
size_t TakeLargestAllocation();

}  // namespace elman
