#include "tests/support/largest_allocation.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ELMAN_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ELMAN_SANITIZED
#endif
#endif

namespace elman {
namespace {

std::atomic<size_t> largest = 0;

void Count(size_t size) {
  size_t before = largest;
  while (size > before && !largest.compare_exchange_weak(before, size)) {
  }
}

}  // namespace

size_t TakeLargestAllocation() { return largest.exchange(0); }

}  // namespace elman

#ifdef ELMAN_SANITIZED

// The sanitizers have operators of their own, which must stay, and tell of each allocation.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void* memory, size_t size),
    void (*freed)(const volatile void* memory));

namespace elman {
namespace {

[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, size_t size) { Count(size); }, [](const volatile void*) {});

}  // namespace
}  // namespace elman

#else

namespace elman {
namespace {

void* Allocate(size_t size, size_t alignment) {
  Count(size);
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, size) != 0) std::abort();
  return memory;
}

}  // namespace
}  // namespace elman

void* operator new(size_t size) { return elman::Allocate(size, alignof(std::max_align_t)); }
void* operator new[](size_t size) { return elman::Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return elman::Allocate(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return elman::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

#endif
