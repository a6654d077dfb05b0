#include "tests/support/allocations.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace elman {
namespace {

std::atomic<bool> counting = false;  // finding the caller takes time, so it is done only if needed
std::atomic<int64_t> allocations = 0;
std::atomic<size_t> largest = 0;

void NoteSize(size_t size) {
  size_t before = largest;
  while (size > before && !largest.compare_exchange_weak(before, size)) {
  }
}

}  // namespace

int64_t AllocationCount() {
  counting = true;
  return allocations;
}

size_t TakeLargestAllocation() { return largest.exchange(0); }

}  // namespace elman

#ifdef ELMAN_SANITIZED

// Sanitizers call these hooks for each allocation.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void* memory, size_t size),
    void (*freed)(const volatile void* memory));

namespace elman {
namespace {

[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, size_t size) { NoteSize(size); }, [](const volatile void*) {});

}  // namespace
}  // namespace elman

#else

namespace elman {
namespace {

// Returns whether an address is in the code of oneDNN or of the OpenMP runtime.
bool IsInOneDnn(void* address) {
  Dl_info found;
  if (dladdr(address, &found) == 0 || found.dli_fname == nullptr) return false;
  return std::strstr(found.dli_fname, "libdnnl") != nullptr ||
         std::strstr(found.dli_fname, "libgomp") != nullptr;
}

void* Allocate(size_t size, size_t alignment, void* caller) {
  NoteSize(size);
  if (counting && !IsInOneDnn(caller)) ++allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, size) != 0) std::abort();
  return memory;
}

}  // namespace
}  // namespace elman

void* operator new(size_t size) {
  return elman::Allocate(size, alignof(std::max_align_t), __builtin_return_address(0));
}
void* operator new[](size_t size) {
  return elman::Allocate(size, alignof(std::max_align_t), __builtin_return_address(0));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return elman::Allocate(size, static_cast<size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return elman::Allocate(size, static_cast<size_t>(alignment), __builtin_return_address(0));
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
