// Compares gradients of a backward pass with central differences.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <span>
#include <vector>

namespace elman {

// Random numbers from a continuous distribution: all weights are different and none is zero.
inline std::vector<float> RandomFloats(int64_t size, uint32_t seed, float range = 0.5f) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-range, range);
  std::vector<float> values(size);
  for (float& value : values) value = uniform(engine);
  return values;
}

// Compares `gradient` with central differences of `loss`, which reads `values`, at up to `samples`
// elements spread over all of them. `noise` is the error that rounding of a large loss may add to
// the differences.
inline void ExpectGradient(const std::function<double()>& loss, std::span<float> values,
                           std::span<const float> gradient, const char* what, int64_t samples = 60,
                           double noise = 0) {
  ASSERT_EQ(values.size(), gradient.size());
  constexpr float kStep = 2e-2f;
  const size_t stride = std::max<size_t>(1, values.size() / samples);
  double squared_error = 0, squared_gradient = 0;
  for (size_t i = 0; i < values.size(); i += stride) {
    const float kept = values[i];
    // Richardson's extrapolation of two central differences: the error falls with the fourth power
    // of the step, so the step can be large enough for single precision.
    const auto difference = [&](float step) {
      values[i] = kept + step;
      const double above = loss();
      values[i] = kept - step;
      const double below = loss();
      values[i] = kept;
      return (above - below) / (2.0 * step);
    };
    const double estimate = (4 * difference(kStep / 2) - difference(kStep)) / 3;
    squared_error += (estimate - gradient[i]) * (estimate - gradient[i]);
    squared_gradient += estimate * estimate;
  }
  EXPECT_GT(squared_gradient, 0) << what << ": nothing to compare";
  EXPECT_LT(std::sqrt(squared_error), 6e-3 * std::sqrt(squared_gradient) + noise) << what;
}

}  // namespace elman
