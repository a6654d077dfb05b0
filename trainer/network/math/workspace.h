// The memory of one training step: activations are allocated in order and freed all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"

namespace elman {

// A bump allocator. Memory stays valid until Reset and is not initialized. The first steps grow the
// workspace; later, a step of a known size allocates nothing.
class Workspace {
 public:
  Workspace() = default;
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Frees all memory that was taken, for reuse.
  void Reset();

  // Returns `size` bytes, aligned for every vector instruction.
  std::byte* Bytes(size_t size);
  float* Floats(int64_t count) { return reinterpret_cast<float*>(Bytes(count * sizeof(float))); }
  Matrix Take(int64_t rows, int64_t cols) { return {Floats(rows * cols), rows, cols}; }

  size_t capacity() const;

 private:
  struct Block {
    std::byte* data;
    size_t size;
  };
  void AddBlock(size_t size);

  std::vector<Block> blocks_;
  size_t used_ = 0;  // bytes used of the last block
};

}  // namespace elman
