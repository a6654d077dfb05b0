// Labels in an order, as one to five stars, told apart by one score and a threshold between each
// two neighbors (Cao, Mirjalili and Raschka, 2020):
//
//   s = h . w,   P(label > k) = sigmoid(s + b(k)) for k = 0 ... labels - 2
//   loss = the sum of the cross-entropies of these yes-or-no questions
//
// All questions share w, so that an answer to a higher one is never more certain than its bias
// says; being one off costs less than being three off.
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

  // h [rows, input_size] and a target a row (negative: none). Returns the summed loss in nats;
  // overwrites d_h and adds to `gradients`, both of the sum.
  double Train(const float* values, ConstMatrix h, std::span<const int32_t> targets, Matrix d_h,
               float* gradients) const;

  // The loss of each row; 0 where there is no target.
  void Evaluate(const float* values, ConstMatrix h, std::span<const int32_t> targets,
                std::span<double> losses) const;

  // What the questions together say of every label, [rows, labels]: P(label > k - 1) - P(label > k)
  // where that is positive, scaled to sum to 1.
  void Probabilities(const float* values, ConstMatrix h, Matrix probabilities) const;

 private:
  double Score(const float* values, const float* h) const;

  const int64_t labels_;
  const Parameter weights_;     // [1, input_size]
  const Parameter thresholds_;  // [1, labels - 1]
};

}  // namespace elman
