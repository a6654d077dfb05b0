#include "trainer/network/outputs/ordinal_output.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// -log(sigmoid(x)), without overflow.
double MinusLogSigmoid(double x) {
  return x > 0 ? std::log1p(std::exp(-x)) : std::log1p(std::exp(x)) - x;
}

}  // namespace

OrdinalOutput::OrdinalOutput(const std::string& name, int64_t input_size, int64_t labels,
                             const Initializer& initializer, ParameterTable* table)
    : labels_(labels),
      weights_(table->Add(name + ".weights", 1, input_size, initializer, /*decay=*/true)),
      thresholds_(table->Add(name + ".thresholds", 1, labels - 1, {}, /*decay=*/false)) {}

double OrdinalOutput::Score(const float* values, const float* h) const {
  const float* weights = weights_.In(values).data;
  double score = 0;
  for (int64_t i = 0; i < weights_.cols; ++i) score += double{weights[i]} * h[i];
  return score;
}

double OrdinalOutput::Train(const float* values, ConstMatrix h, std::span<const int32_t> targets,
                            Matrix d_h, float* gradients) const {
  CHECK_EQ(h.rows, static_cast<int64_t>(targets.size()));
  const float* weights = weights_.In(values).data;
  const float* thresholds = thresholds_.In(values).data;
  float* const d_weights = weights_.In(gradients).data;
  float* const d_thresholds = thresholds_.In(gradients).data;
  double loss = 0;
  for (int64_t row = 0; row < h.rows; ++row) {
    double d_score = 0;
    const double score = Score(values, h.row(row));
    for (int64_t k = 0; targets[row] >= 0 && k + 1 < labels_; ++k) {
      const double x = score + thresholds[k];
      const bool higher = targets[row] > k;
      loss += MinusLogSigmoid(higher ? x : -x);
      const double d_x = Sigmoid(x) - (higher ? 1 : 0);
      d_thresholds[k] += static_cast<float>(d_x);
      d_score += d_x;
    }
    const auto slope = static_cast<float>(d_score);
    for (int64_t i = 0; i < h.cols; ++i) {
      d_h.row(row)[i] = slope * weights[i];
      d_weights[i] += slope * h.row(row)[i];
    }
  }
  return loss;
}

void OrdinalOutput::Evaluate(const float* values, ConstMatrix h, std::span<const int32_t> targets,
                             std::span<double> losses) const {
  const float* thresholds = thresholds_.In(values).data;
  for (int64_t row = 0; row < h.rows; ++row) {
    losses[row] = 0;
    const double score = Score(values, h.row(row));
    for (int64_t k = 0; targets[row] >= 0 && k + 1 < labels_; ++k) {
      const double x = score + thresholds[k];
      losses[row] += MinusLogSigmoid(targets[row] > k ? x : -x);
    }
  }
}

void OrdinalOutput::Probabilities(const float* values, ConstMatrix h, Matrix probabilities) const {
  const float* thresholds = thresholds_.In(values).data;
  for (int64_t row = 0; row < h.rows; ++row) {
    const double score = Score(values, h.row(row));
    double above = 1, sum = 0;  // P(label > k - 1)
    float* const p = probabilities.row(row);
    for (int64_t k = 0; k < labels_; ++k) {
      const double next = k + 1 < labels_ ? Sigmoid(score + thresholds[k]) : 0;
      p[k] = static_cast<float>(std::max(above - next, 0.0));
      sum += p[k];
      above = next;
    }
    for (int64_t k = 0; k < labels_; ++k) p[k] = static_cast<float>(p[k] / sum);
  }
}

}  // namespace elman
