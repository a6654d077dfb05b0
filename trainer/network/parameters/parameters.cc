#include "trainer/network/parameters/parameters.h"

#include <algorithm>
#include <utility>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

constexpr int64_t kCacheLineFloats = 16;

}  // namespace

Parameter ParameterTable::Add(std::string name, int64_t rows, int64_t cols,
                              const Initializer& initializer, bool decay, bool sparse) {
  Parameter parameter{std::move(name), rows, cols, initializer, decay, sparse, size_};
  size_ += (parameter.size() + kCacheLineFloats - 1) / kCacheLineFloats * kCacheLineFloats;
  parameters_.push_back(parameter);
  return parameter;
}

int64_t ParameterTable::count() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters_) count += parameter.size();
  return count;
}

BlockSet ParameterTable::DenseBlocks() const {
  BlockSet dense(size_);
  for (const Parameter& parameter : parameters_) {
    if (!parameter.sparse) dense.Insert(parameter.offset, parameter.size());
  }
  return dense;
}

void ParameterTable::Initialize(uint64_t seed, float* values) const {
  std::fill(values, values + size_, 0.0f);
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    const RandomKey key{seed, RandomPurpose::kInitialValues, static_cast<uint32_t>(p)};
    elman::Initialize(parameter.initializer, key, parameter.In(values));
  }
}

}  // namespace elman
