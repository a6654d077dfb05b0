// The memory of one training step: activations are taken from it in order and given back all at
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trainer/network/math/matrix.h"

namespace elman {

// A bump allocator. What is taken stays valid until Reset, and is not initialized. The first steps
// grow it; after that a step of a size seen before allocates nothing.
class Workspace {
 public:
  Workspace() = default;
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  void Reset();

  // `size` bytes, aligned for any vector instruction.
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
  size_t used_ = 0;  // bytes of the last block
};

}  // namespace elman
