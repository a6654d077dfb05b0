#include "trainer/eval/baselines/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <vector>

namespace elman {
namespace {

using Vector = std::vector<double>;

double Dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// a += factor * b
void AddTimes(double factor, std::span<const double> b, std::span<double> a) {
  for (size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
}

double Largest(std::span<const double> a) {
  double largest = 0;
  for (const double element : a) largest = std::max(largest, std::abs(element));
  return largest;
}

// One step of the search, for the approximation of the curvature.
struct Pair {
  Vector step, difference;  // differences of points; of gradients
  double product = 0;       // dot product of both
};

// Returns -H g, where H is the approximation of the inverse Hessian by the pairs (two-loop
// recursion, Nocedal, 1980).
Vector Direction(const std::deque<Pair>& pairs, const Vector& gradient) {
  Vector direction = gradient;
  Vector alphas;
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    alphas.push_back(Dot(pair->step, direction) / pair->product);
    AddTimes(-alphas.back(), pair->difference, direction);
  }
  if (!pairs.empty()) {
    const Pair& last = pairs.back();
    const double scale = last.product / Dot(last.difference, last.difference);
    for (double& element : direction) element *= scale;
  }
  for (const Pair& pair : pairs) {
    const double beta = Dot(pair.difference, direction) / pair.product;
    AddTimes(alphas.back() - beta, pair.step, direction);
    alphas.pop_back();
  }
  for (double& element : direction) element = -element;
  return direction;
}

// A point of the search with its value and gradient.
struct Place {
  Vector point, gradient;
  double value = 0;
};

// Line search by bisection along a descent direction, until the weak Wolfe conditions hold:
// sufficient decrease and a flatter slope. Returns false if there is no such point.
bool Search(const DifferentiableFunction& function, const Place& from, const Vector& direction,
            double length, Place* to) {
  constexpr double kFall = 1e-4, kFlatter = 0.9;
  constexpr int kMaxTries = 60;
  const double slope = Dot(from.gradient, direction);
  double low = 0, high = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kMaxTries; ++i) {
    to->point = from.point;
    AddTimes(length, direction, to->point);
    to->value = function(to->point, to->gradient);
    if (!(to->value <= from.value + kFall * length * slope)) {
      high = length;
    } else if (Dot(to->gradient, direction) < kFlatter * slope) {
      low = length;
    } else {
      return true;
    }
    length = std::isinf(high) ? 2 * low : (low + high) / 2;
  }
  return false;
}

}  // namespace

LbfgsResult MinimizeByLbfgs(const DifferentiableFunction& function, const LbfgsSpec& spec,
                            std::span<double> point) {
  Place here{{point.begin(), point.end()}, Vector(point.size()), 0};
  here.value = function(here.point, here.gradient);
  std::deque<Pair> pairs;
  LbfgsResult result;
  for (; result.iterations < spec.max_iterations; ++result.iterations) {
    if (Largest(here.gradient) <= spec.tolerance) break;
    const Vector direction = Direction(pairs, here.gradient);
    // Initial step length, when there is no curvature information.
    const double length =
        pairs.empty() ? 1 / std::max(1.0, std::sqrt(Dot(direction, direction))) : 1;
    Place there{{}, Vector(point.size()), 0};
    if (!Search(function, here, direction, length, &there)) {
      if (pairs.empty()) break;  // the minimum, up to rounding errors
      pairs.clear();
      continue;
    }
    Pair pair{there.point, there.gradient, 0};
    AddTimes(-1, here.point, pair.step);
    AddTimes(-1, here.gradient, pair.difference);
    pair.product = Dot(pair.step, pair.difference);
    if (pair.product > 0) pairs.push_back(std::move(pair));
    if (pairs.size() > static_cast<size_t>(spec.memory)) pairs.pop_front();
    here = std::move(there);
  }
  std::ranges::copy(here.point, point.begin());
  result.value = here.value;
  result.gradient = Largest(here.gradient);
  return result;
}

}  // namespace elman
