// Logistic regression of sparse features, with an L2 penalty that spares the biases: what
// scikit-learn's LogisticRegression solves.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// Examples as rows of features, most of which are 0.
struct SparseRows {
  uint32_t columns = 0;
  std::vector<uint64_t> begins = {0};  // of row i: elements from begins[i] to begins[i + 1]
  std::vector<uint32_t> column;        // of each element, ascending within a row
  std::vector<double> value;           // of each element

  size_t rows() const { return begins.size() - 1; }
};

struct LinearClassifier {
  int labels = 0;
  // [outputs(labels), columns] and [outputs(labels)].
  std::vector<double> weights, biases;

  // Two labels have one output, the logit of the second; more have one each.
  static int outputs(int labels) { return labels == 2 ? 1 : labels; }
  // Log-probabilities of all labels for a row of `columns` features given by its elements.
  std::vector<double> LogProbabilities(std::span<const uint32_t> column,
                                       std::span<const double> value) const;
};

struct LogisticRegressionSpec {
  // C: the objective is C times the sum of losses, plus half the sum of squares of the weights.
  double inverse_regularization = 1;
};

struct LogisticRegressionFit {
  LinearClassifier classifier;
  int iterations = 0;
  double loss = 0;      // nats an example
  double gradient = 0;  // the largest element, of the objective divided by C and the examples
};

// `target[i]` is the label of row i. There is at least one row.
LogisticRegressionFit FitLogisticRegression(const SparseRows& rows, std::span<const int32_t> target,
                                            int labels, const LogisticRegressionSpec& spec);

}  // namespace elman
