// L-BFGS (Liu and Nocedal, 1989): minimizes a smooth function.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace elman {

// Options of the minimization.
struct LbfgsSpec {
  int memory = 10;  // number of steps kept to approximate the curvature
  int max_iterations = 1000;
  double tolerance = 1e-7;  // stop when no element of the gradient is larger
};

// The best point's value and gradient.
struct LbfgsResult {
  double value = 0;
  double gradient = 0;  // its largest absolute element
  int iterations = 0;
};

// Returns the value at a point and writes the gradient.
using DifferentiableFunction =
    std::function<double(std::span<const double> point, std::span<double> gradient)>;

// Starts at `point`, which is replaced by the best point found. Deterministic: all sums have a
// fixed order, so machines of the same kind give the same bits.
LbfgsResult MinimizeByLbfgs(const DifferentiableFunction& function, const LbfgsSpec& spec,
                            std::span<double> point);

}  // namespace elman
