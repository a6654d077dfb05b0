#include "trainer/network/outputs/vocabulary_loss.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/check.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

// Maximum number of logits in memory. Chunks of fewer than kMinRows rows would make the matrix
// product slow.
constexpr int64_t kChunkFloats = int64_t{8} << 20;
constexpr int64_t kMinRows = 128;

int64_t ChunkRows(int64_t rows, int64_t vocabulary) {
  const int64_t fitting = std::max(kMinRows, kChunkFloats / vocabulary);
  // Chunks of about equal size avoid a short last one.
  const int64_t chunks = (rows + fitting - 1) / fitting;
  return (rows + chunks - 1) / chunks;
}

Parameter FirstRows(Parameter parameter, int64_t rows) {
  CHECK_LE(rows, parameter.rows);
  parameter.rows = rows;
  return parameter;
}

}  // namespace

VocabularyLoss::VocabularyLoss(const std::string& name, int64_t vocabulary, int64_t hidden_size,
                               const Initializer& initializer, ParameterTable* table,
                               float smoothing)
    : smoothing_(smoothing),
      tied_(false),
      weights_(table->Add(name + ".weights", hidden_size, vocabulary, initializer, /*decay=*/true)),
      bias_(table->Add(name + ".bias", 1, vocabulary, {}, /*decay=*/false)) {}

VocabularyLoss::VocabularyLoss(const std::string& name, int64_t vocabulary,
                               const Parameter& embedding_table, ParameterTable* table,
                               float smoothing)
    : smoothing_(smoothing),
      tied_(true),
      weights_(FirstRows(embedding_table, vocabulary)),
      bias_(table->Add(name + ".bias", 1, vocabulary, {}, /*decay=*/false)) {}

void VocabularyLoss::Project(const float* values, ConstMatrix h, Matrix z) {
  const ConstMatrix weights = weights_.In(values);
  if (tied_) return transposed_product_.Run(h, weights, z);
  Gemm(Transpose::kNo, Transpose::kNo, 1, h, weights, 0, z);
}

void VocabularyLoss::ProjectBack(const float* values, ConstMatrix d_z, Matrix d_h) {
  const ConstMatrix weights = weights_.In(values);
  if (!tied_) return transposed_product_.Run(d_z, weights, d_h);
  Gemm(Transpose::kNo, Transpose::kNo, 1, d_z, weights, 0, d_h);
}

void VocabularyLoss::AddWeightGradient(ConstMatrix h, ConstMatrix d_z, float* gradients) const {
  const Matrix d_weights = weights_.In(gradients);
  if (tied_) return Gemm(Transpose::kYes, Transpose::kNo, 1, d_z, h, 1, d_weights);
  Gemm(Transpose::kYes, Transpose::kNo, 1, h, d_z, 1, d_weights);
}

void VocabularyLoss::Logits(const float* values, ConstMatrix hidden, Matrix logits) const {
  const float* bias = bias_.In(values).data;
  for (int64_t r = 0; r < logits.rows; ++r) std::copy_n(bias, logits.cols, logits.row(r));
  Gemm(Transpose::kNo, tied_ ? Transpose::kYes : Transpose::kNo, 1, hidden, weights_.In(values), 1,
       logits);
}

void VocabularyLoss::Probabilities(const float* values, ConstMatrix hidden,
                                   Matrix probabilities) const {
  Logits(values, hidden, probabilities);
  for (int64_t r = 0; r < probabilities.rows; ++r) {
    float* const p = probabilities.row(r);
    const double log_sum = LogSumExp(p, probabilities.cols);
    for (int64_t v = 0; v < probabilities.cols; ++v)
      p[v] = static_cast<float>(std::exp(p[v] - log_sum));
  }
}

// Turns softmax(z) - onehot(target) into the gradient for smoothed labels, and adds the difference
// to d_bias.
void VocabularyLoss::SmoothGradient(int32_t target, float* d_z, float* d_bias) const {
  const float share = smoothing_ / static_cast<float>(vocabulary());
  for (int64_t v = 0; v < vocabulary(); ++v) {
    d_z[v] -= share;
    d_bias[v] -= share;
  }
  d_z[target] += smoothing_;
  d_bias[target] += smoothing_;
}

double VocabularyLoss::Train(const float* values, ConstMatrix hidden,
                             std::span<const int32_t> targets, Matrix d_hidden, float* gradients,
                             Workspace* workspace) {
  CHECK_EQ(hidden.rows, static_cast<int64_t>(targets.size()));
  if (hidden.rows == 0) return 0;
  const int64_t chunk_rows = ChunkRows(hidden.rows, vocabulary());
  const Matrix buffer = workspace->Take(chunk_rows, vocabulary());
  const float* bias = bias_.In(values).data;
  float* d_bias = bias_.In(gradients).data;
  double loss = 0;
  for (int64_t first = 0; first < hidden.rows; first += chunk_rows) {
    const int64_t rows = std::min(chunk_rows, hidden.rows - first);
    const ConstMatrix h = hidden.Rows(first, rows);
    const Matrix z = buffer.Rows(0, rows);
    Project(values, h, z);
    for (int64_t r = 0; r < rows; ++r) {
      const int32_t target = targets[first + r];
      CHECK_LT(target, z.cols);
      if (target < 0) {
        std::fill_n(z.row(r), z.cols, 0.0f);
        continue;
      }
      loss += CrossEntropyRow(z.row(r), bias, z.cols, target, d_bias);
      if (smoothing_ > 0) SmoothGradient(target, z.row(r), d_bias);
    }
    ProjectBack(values, z, d_hidden.Rows(first, rows));
    AddWeightGradient(h, z, gradients);
  }
  return loss;
}

void VocabularyLoss::Evaluate(const float* values, ConstMatrix hidden,
                              std::span<const int32_t> targets, std::span<double> losses,
                              Workspace* workspace) const {
  CHECK_EQ(hidden.rows, static_cast<int64_t>(targets.size()));
  if (hidden.rows == 0) return;
  const int64_t chunk_rows = ChunkRows(hidden.rows, vocabulary());
  const Matrix buffer = workspace->Take(chunk_rows, vocabulary());
  for (int64_t first = 0; first < hidden.rows; first += chunk_rows) {
    const int64_t rows = std::min(chunk_rows, hidden.rows - first);
    const Matrix z = buffer.Rows(0, rows);
    Logits(values, hidden.Rows(first, rows), z);
    for (int64_t r = 0; r < rows; ++r) {
      const int32_t target = targets[first + r];
      if (target >= 0) CHECK_LT(target, z.cols);
      losses[first + r] = target < 0 ? 0 : LogSumExp(z.row(r), z.cols) - z.row(r)[target];
    }
  }
}

}  // namespace elman
