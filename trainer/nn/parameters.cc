#include "trainer/nn/parameters.h"

#include <algorithm>
#include <utility>

#include "trainer/math/random.h"

namespace elman {
namespace {

constexpr int64_t kCacheLineFloats = 16;

}  // namespace

Parameter ParameterTable::Add(std::string name, int64_t rows, int64_t cols,
                              const Initializer& initializer, bool decay) {
  Parameter parameter{std::move(name), rows, cols, initializer, decay, size_};
  size_ += (parameter.size() + kCacheLineFloats - 1) / kCacheLineFloats * kCacheLineFloats;
  parameters_.push_back(parameter);
  return parameter;
}

int64_t ParameterTable::count() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters_) count += parameter.size();
  return count;
}

void ParameterTable::Initialize(uint64_t seed, float* values) const {
  std::fill(values, values + size_, 0.0f);
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    const Initializer& initializer = parameter.initializer;
    const RandomKey key{seed, RandomPurpose::kInitialValues, static_cast<uint32_t>(p)};
    float* array = values + parameter.offset;
    if (initializer.range != 0) {
      std::vector<uint32_t> words(parameter.cols);
      for (int64_t r = 0; r < parameter.rows; ++r) {
        RandomWords(key, /*step=*/0, static_cast<uint32_t>(r), /*first_position=*/0, words);
        for (int64_t c = 0; c < parameter.cols; ++c) {
          array[r * parameter.cols + c] = (2 * UniformFloat(words[c]) - 1) * initializer.range;
        }
      }
    }
    for (int64_t i = initializer.constant_begin; i < initializer.constant_end; ++i)
      array[i] += initializer.constant;
  }
}

}  // namespace elman
