#include "trainer/eval/baselines/logistic_regression.h"

#include <algorithm>
#include <cmath>

#include "trainer/eval/baselines/lbfgs.h"

namespace elman {
namespace {

// Replaces outputs by the log-probabilities of all labels.
void ToLogProbabilities(int labels, std::vector<double>* outputs) {
  // With two labels, the output of the first one is 0.
  if (labels == 2) outputs->insert(outputs->begin(), 0);
  const double most = *std::ranges::max_element(*outputs);
  double sum = 0;
  for (const double output : *outputs) sum += std::exp(output - most);
  for (double& output : *outputs) output -= most + std::log(sum);
}

// The objective divided by C and by the number of examples. A point is the weights followed by the
// biases.
class Objective {
 public:
  Objective(const SparseRows& rows, std::span<const int32_t> target, int labels,
            const LogisticRegressionSpec& spec)
      : rows_(rows),
        target_(target),
        labels_(labels),
        outputs_(static_cast<size_t>(LinearClassifier::outputs(labels))),
        penalty_(1 / (spec.inverse_regularization * static_cast<double>(rows.rows()))) {}

  size_t size() const { return outputs_ * (rows_.columns + size_t{1}); }

  double operator()(std::span<const double> point, std::span<double> gradient) {
    const size_t weights = outputs_ * rows_.columns;
    double squares = 0;
    for (size_t i = 0; i < weights; ++i) {
      squares += point[i] * point[i];
      gradient[i] = penalty_ * point[i];
    }
    std::ranges::fill(gradient.subspan(weights), 0.0);
    loss_ = 0;
    std::vector<double> outputs;
    for (size_t row = 0; row < rows_.rows(); ++row) {
      outputs.assign(point.begin() + static_cast<ptrdiff_t>(weights), point.end());
      for (uint64_t i = rows_.begins[row]; i < rows_.begins[row + 1]; ++i) {
        for (size_t k = 0; k < outputs_; ++k)
          outputs[k] += point[k * rows_.columns + rows_.column[i]] * rows_.value[i];
      }
      ToLogProbabilities(labels_, &outputs);
      loss_ -= outputs[target_[row]];
      AddGradient(row, outputs, gradient);
    }
    loss_ /= static_cast<double>(rows_.rows());
    return loss_ + penalty_ * squares / 2;
  }

  double loss() const { return loss_; }  // of the last point, without the penalty

 private:
  void AddGradient(size_t row, const std::vector<double>& log_probabilities,
                   std::span<double> gradient) const {
    const size_t first = log_probabilities.size() - outputs_;  // label of the first output
    const auto examples = static_cast<double>(rows_.rows());
    for (size_t k = 0; k < outputs_; ++k) {
      const bool right = target_[row] == static_cast<int32_t>(first + k);
      const double slope = (std::exp(log_probabilities[first + k]) - right) / examples;
      for (uint64_t i = rows_.begins[row]; i < rows_.begins[row + 1]; ++i)
        gradient[k * rows_.columns + rows_.column[i]] += slope * rows_.value[i];
      gradient[outputs_ * rows_.columns + k] += slope;
    }
  }

  const SparseRows& rows_;
  const std::span<const int32_t> target_;
  const int labels_;
  const size_t outputs_;
  const double penalty_;  // factor of half the sum of squares
  double loss_ = 0;
};

}  // namespace

std::vector<double> LinearClassifier::LogProbabilities(std::span<const uint32_t> column,
                                                       std::span<const double> value) const {
  std::vector<double> result = biases;
  const size_t columns = weights.size() / biases.size();
  for (size_t i = 0; i < column.size(); ++i) {
    for (size_t k = 0; k < biases.size(); ++k)
      result[k] += weights[k * columns + column[i]] * value[i];
  }
  ToLogProbabilities(labels, &result);
  return result;
}

LogisticRegressionFit FitLogisticRegression(const SparseRows& rows, std::span<const int32_t> target,
                                            int labels, const LogisticRegressionSpec& spec) {
  Objective objective(rows, target, labels, spec);
  std::vector<double> point(objective.size());
  const LbfgsResult result =
      MinimizeByLbfgs([&](std::span<const double> at,
                          std::span<double> gradient) { return objective(at, gradient); },
                      LbfgsSpec(), point);
  std::vector<double> gradient(point.size());
  objective(point, gradient);
  const auto biases = point.end() - LinearClassifier::outputs(labels);
  return {.classifier = {labels, {point.begin(), biases}, {biases, point.end()}},
          .iterations = result.iterations,
          .loss = objective.loss(),
          .gradient = result.gradient};
}

}  // namespace elman
