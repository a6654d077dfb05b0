// Logistic regression on sparse features with an L2 penalty on the weights but not on the biases,
// as in scikit-learn's LogisticRegression.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// A sparse matrix with one row of features per example (compressed sparse rows).
struct SparseRows {
  uint32_t columns = 0;
  std::vector<uint64_t> begins = {0};  // row i has the elements [begins[i], begins[i + 1])
  std::vector<uint32_t> column;        // of each element, ascending within a row
  std::vector<double> value;           // of each element

  size_t rows() const { return begins.size() - 1; }
};

// A fitted multinomial (or, for two labels, binary) logistic regression.
struct LinearClassifier {
  int labels = 0;
  // Shapes: [outputs(labels), columns] and [outputs(labels)].
  std::vector<double> weights, biases;

  // Two labels have one output, the logit of the second label; otherwise there is one output per
  // label.
  static int outputs(int labels) { return labels == 2 ? 1 : labels; }
  // Returns the log-probabilities of all labels for a row, given by the columns and values of its
  // elements.
  std::vector<double> LogProbabilities(std::span<const uint32_t> column,
                                       std::span<const double> value) const;
};

struct LogisticRegressionSpec {
  // C, the inverse regularization: the objective is C * (sum of losses) + 1/2 * (sum of squared
  // weights).
  double inverse_regularization = 1;
};

struct LogisticRegressionFit {
  LinearClassifier classifier;
  int iterations = 0;
  double loss = 0;  // nats per example
  // The largest absolute element of the gradient of the objective, divided by C and by the number
  // of examples.
  double gradient = 0;
};

// `target[i]` is the label of row i. There must be at least one row.
LogisticRegressionFit FitLogisticRegression(const SparseRows& rows, std::span<const int32_t> target,
                                            int labels, const LogisticRegressionSpec& spec);

}  // namespace elman
