// The output layer of a model that predicts tokens, and its loss: projection, softmax and
// cross-entropy in one pass over chunks of rows, so that the logits of a whole batch are never in
// memory.
//
//   z = h W + b,   loss = sum over rows of -log softmax(z)[target]
//   d_z = softmax(z) - onehot(target),   d_h = d_z W^T,   d_W += h^T d_z,   d_b += sum of d_z
//
// With label smoothing e, the gradient uses (1 - e) onehot(target) + e / vocabulary instead of
// onehot(target) (Szegedy et al., 2016). The reported loss is without smoothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/transposed_product.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class VocabularyLoss {
 public:
  // With its own weights W [hidden_size, vocabulary].
  VocabularyLoss(const std::string& name, int64_t vocabulary, int64_t hidden_size,
                 const Initializer& initializer, ParameterTable* table, float smoothing = 0);
  // With tied weights: W^T is the first rows of an embedding table [words, hidden_size].
  VocabularyLoss(const std::string& name, int64_t vocabulary, const Parameter& embedding_table,
                 ParameterTable* table, float smoothing = 0);

  // hidden is [rows, hidden_size]; one target per row, negative for none. Returns the summed loss
  // in nats. Overwrites d_hidden and adds to `gradients`; both are gradients of the sum.
  double Train(const float* values, ConstMatrix hidden, std::span<const int32_t> targets,
               Matrix d_hidden, float* gradients, Workspace* workspace);

  // Writes the loss of each row; 0 for rows without a target.
  void Evaluate(const float* values, ConstMatrix hidden, std::span<const int32_t> targets,
                std::span<double> losses, Workspace* workspace) const;

  // logits [rows, vocabulary].
  void Logits(const float* values, ConstMatrix hidden, Matrix logits) const;
  // softmax(z), [rows, vocabulary].
  void Probabilities(const float* values, ConstMatrix hidden, Matrix probabilities) const;

  int64_t vocabulary() const { return bias_.cols; }

 private:
  void SmoothGradient(int32_t target, float* d_z, float* d_bias) const;
  // The products for z, d_h and d_W.
  void Project(const float* values, ConstMatrix h, Matrix z);
  void ProjectBack(const float* values, ConstMatrix d_z, Matrix d_h);
  void AddWeightGradient(ConstMatrix h, ConstMatrix d_z, float* gradients) const;

  const float smoothing_;
  const bool tied_;          // weights_ is W^T
  const Parameter weights_;  // [hidden, vocabulary], or transposed
  const Parameter bias_;     // [1, vocabulary]
  TransposedProduct transposed_product_;
};

}  // namespace elman
