// L-BFGS (Liu and Nocedal, 1989): finds where a smooth function is least.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace elman {

struct LbfgsSpec {
  int memory = 10;  // pairs of steps and differences of gradients
  int max_iterations = 1000;
  double tolerance = 1e-7;  // the end: no element of the gradient is larger
};

struct LbfgsResult {
  double value = 0;
  double gradient = 0;  // its largest element
  int iterations = 0;
};

// The value at a point, whose gradient it writes.
using DifferentiableFunction =
    std::function<double(std::span<const double> point, std::span<double> gradient)>;

// Begins at `point`, which becomes the best one found. The same on every machine of one kind: all
// is done in one order.
LbfgsResult MinimizeByLbfgs(const DifferentiableFunction& function, const LbfgsSpec& spec,
                            std::span<double> point);

}  // namespace elman
