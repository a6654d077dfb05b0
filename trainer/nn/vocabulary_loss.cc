#include "trainer/nn/vocabulary_loss.h"

#include <algorithm>

#include "trainer/math/check.h"
#include "trainer/math/gemm.h"
#include "trainer/math/softmax.h"

namespace elman {
namespace {

// Logits held at once. Chunks of fewer than kMinRows rows would waste the matrix product.
constexpr int64_t kChunkFloats = int64_t{4} << 20;
constexpr int64_t kMinRows = 128;

int64_t ChunkRows(int64_t rows, int64_t vocabulary) {
  const int64_t fitting = std::max(kMinRows, kChunkFloats / vocabulary);
  // Chunks of equal size rather than a short last one.
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
                               const Initializer& initializer, ParameterTable* table)
    : weights_(table->Add(name + ".weights", vocabulary, hidden_size, initializer, /*decay=*/true)),
      bias_(table->Add(name + ".bias", 1, vocabulary, {}, /*decay=*/false)) {}

VocabularyLoss::VocabularyLoss(const std::string& name, int64_t vocabulary,
                               const Parameter& embedding_table, ParameterTable* table)
    : weights_(FirstRows(embedding_table, vocabulary)),
      bias_(table->Add(name + ".bias", 1, vocabulary, {}, /*decay=*/false)) {}

void VocabularyLoss::Logits(const float* values, ConstMatrix hidden, Matrix logits) const {
  const float* bias = bias_.In(values).data;
  for (int64_t r = 0; r < logits.rows; ++r) std::copy_n(bias, logits.cols, logits.row(r));
  Gemm(Transpose::kNo, Transpose::kYes, 1, hidden, weights_.In(values), 1, logits);
}

double VocabularyLoss::Train(const float* values, ConstMatrix hidden,
                             std::span<const int32_t> targets, Matrix d_hidden, float* gradients,
                             Workspace* workspace) const {
  CHECK_EQ(hidden.rows, static_cast<int64_t>(targets.size()));
  if (hidden.rows == 0) return 0;
  const int64_t chunk_rows = ChunkRows(hidden.rows, vocabulary());
  const Matrix buffer = workspace->Take(chunk_rows, vocabulary());
  float* d_bias = bias_.In(gradients).data;
  double loss = 0;
  for (int64_t first = 0; first < hidden.rows; first += chunk_rows) {
    const int64_t rows = std::min(chunk_rows, hidden.rows - first);
    const ConstMatrix h = hidden.Rows(first, rows);
    const Matrix z = buffer.Rows(0, rows);
    Logits(values, h, z);
    for (int64_t r = 0; r < rows; ++r) {
      const int32_t target = targets[first + r];
      if (target < 0) {
        std::fill_n(z.row(r), z.cols, 0.0f);
        continue;
      }
      CHECK_LT(target, z.cols);
      const double target_logit = z.row(r)[target];
      loss += SoftmaxRow(z.row(r), z.cols) - target_logit;
      z.row(r)[target] -= 1;
      for (int64_t j = 0; j < z.cols; ++j) d_bias[j] += z.row(r)[j];
    }
    Gemm(Transpose::kNo, Transpose::kNo, 1, z, weights_.In(values), 0, d_hidden.Rows(first, rows));
    Gemm(Transpose::kYes, Transpose::kNo, 1, z, h, 1, weights_.In(gradients));
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
