// A flat array of floats on the heap, aligned for vector instructions and initially zero.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace elman {

class FloatArray {
 public:
  explicit FloatArray(int64_t size);
  float* data() { return data_.get(); }
  std::span<float> span() { return {data_.get(), static_cast<size_t>(size_)}; }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::unique_ptr<float[], Free> data_;
  int64_t size_;
};

}  // namespace elman
