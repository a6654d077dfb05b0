// Output layer for ordered labels, such as one to five stars: one score and a threshold between
// each two adjacent labels (Cao, Mirjalili and Raschka, 2020).
//
//   s = h . w,   P(label > k) = sigmoid(s + b(k)) for k = 0 ... labels - 2
//   loss = sum over k of the binary cross-entropy of (label > k)
//
// All thresholds share w, so P(label > k) differs between thresholds only by the bias. A prediction
// that is wrong by one label costs less than one that is wrong by three.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class OrdinalOutput {
 public:
  OrdinalOutput(const std::string& name, int64_t input_size, int64_t labels,
                const Initializer& initializer, ParameterTable* table);

  // h is [rows, input_size]; one target per row, negative for none. Returns the summed loss in
  // nats. Overwrites d_h and adds to `gradients`; both are gradients of the sum.
  double Train(const float* values, ConstMatrix h, std::span<const int32_t> targets, Matrix d_h,
               float* gradients) const;

  // Writes the loss of each row; 0 for rows without a target.
  void Evaluate(const float* values, ConstMatrix h, std::span<const int32_t> targets,
                std::span<double> losses) const;

  // Writes the probability of every label, [rows, labels]: max(0, P(label > k - 1) - P(label > k)),
  // normalized to sum to 1.
  void Probabilities(const float* values, ConstMatrix h, Matrix probabilities) const;

 private:
  double Score(const float* values, const float* h) const;

  const int64_t labels_;
  const Parameter weights_;     // [1, input_size]
  const Parameter thresholds_;  // [1, labels - 1]
};

}  // namespace elman
