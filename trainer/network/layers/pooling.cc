#include "trainer/network/layers/pooling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

// Calls visit(row) for each packed row of the sequence with this rank, in the order of time.
template <typename Visit>
void ForEachRow(const SequenceLayout& layout, int64_t rank, const Visit& visit) {
  for (int64_t step = 0; step < static_cast<int64_t>(layout.batches().size()); ++step) {
    if (layout.batches()[step] <= rank) return;
    visit(layout.RowOf(rank, step));
  }
}

int64_t LengthOf(const SequenceLayout& layout, int64_t rank) {
  int64_t length = 0;
  ForEachRow(layout, rank, [&](int64_t) { ++length; });
  return length;
}

double Dot(const float* a, const float* b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += double{a[i]} * b[i];
  return sum;
}

void AddScaled(double factor, const float* from, int64_t size, float* to) {
  const auto scale = static_cast<float>(factor);
  for (int64_t i = 0; i < size; ++i) to[i] += scale * from[i];
}

void Fill(Matrix matrix, float value) {
  std::fill_n(matrix.data, matrix.rows * matrix.cols, value);
}

}  // namespace

Pooling::Pooling(const std::string& name, Kind kind, int64_t size, bool bidirectional,
                 const Initializer& initializer, ParameterTable* table)
    : kind_(kind), size_(size), left_to_right_(bidirectional ? size / 2 : size) {
  if (kind != Kind::kAttention) return;
  projection_.emplace(name + ".projection", size, size, initializer, table);
  direction_ = table->Add(name + ".direction", 1, size, initializer, /*decay=*/true);
}

void Pooling::Forward(const float* values, const SequenceLayout& layout, ConstMatrix y,
                      Matrix pooled, Tape* tape, Workspace* workspace) const {
  CHECK_EQ(y.rows, layout.rows());
  CHECK_EQ(y.cols, size_);
  CHECK_EQ(pooled.rows, layout.batch());
  if (kind_ == Kind::kAttention) Attend(values, layout, y, tape, workspace);
  if (kind_ == Kind::kMax) {
    tape->chosen =
        reinterpret_cast<int32_t*>(workspace->Bytes(sizeof(int32_t) * layout.batch() * size_));
  }
  Fill(pooled, kind_ == Kind::kMax ? -std::numeric_limits<float>::infinity() : 0.0f);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    float* const to = pooled.row(layout.order()[rank]);
    const int64_t length = LengthOf(layout, rank);
    if (kind_ == Kind::kLast) {
      const float* last = y.row(layout.RowOf(rank, length - 1));
      std::copy_n(last, left_to_right_, to);
      std::copy(y.row(layout.RowOf(rank, 0)) + left_to_right_, y.row(layout.RowOf(rank, 0)) + size_,
                to + left_to_right_);
      continue;
    }
    ForEachRow(layout, rank, [&](int64_t row) {
      const float* from = y.row(row);
      if (kind_ == Kind::kMean) AddScaled(1.0 / static_cast<double>(length), from, size_, to);
      if (kind_ == Kind::kAttention) AddScaled(tape->weights.data[row], from, size_, to);
      if (kind_ != Kind::kMax) return;
      for (int64_t i = 0; i < size_; ++i) {
        if (from[i] <= to[i]) continue;
        to[i] = from[i];
        tape->chosen[rank * size_ + i] = static_cast<int32_t>(row);
      }
    });
  }
}

// Computes tape.hidden and tape.weights; the weights of each sequence sum to 1.
void Pooling::Attend(const float* values, const SequenceLayout& layout, ConstMatrix y, Tape* tape,
                     Workspace* workspace) const {
  const ConstMatrix direction = direction_->In(values);
  tape->hidden = workspace->Take(y.rows, size_);
  tape->weights = workspace->Take(y.rows, 1);
  projection_->Forward(values, y, tape->hidden);
  for (int64_t i = 0; i < y.rows * size_; ++i)
    tape->hidden.data[i] = std::tanh(tape->hidden.data[i]);
  float* const weights = tape->weights.data;
  for (int64_t row = 0; row < y.rows; ++row)
    weights[row] = static_cast<float>(Dot(tape->hidden.row(row), direction.data, size_));
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    float highest = -std::numeric_limits<float>::infinity();
    double sum = 0;
    ForEachRow(layout, rank, [&](int64_t row) { highest = std::max(highest, weights[row]); });
    ForEachRow(layout, rank, [&](int64_t row) {
      weights[row] = std::exp(weights[row] - highest);
      sum += weights[row];
    });
    ForEachRow(layout, rank,
               [&](int64_t row) { weights[row] = static_cast<float>(weights[row] / sum); });
  }
}

void Pooling::Backward(const float* values, const SequenceLayout& layout, ConstMatrix y,
                       ConstMatrix d_pooled, const Tape& tape, Matrix d_y, float* gradients,
                       Workspace* workspace) const {
  if (kind_ == Kind::kAttention)
    return AttendBackward(values, layout, y, d_pooled, tape, d_y, gradients, workspace);
  Fill(d_y, 0);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    const float* from = d_pooled.row(layout.order()[rank]);
    const int64_t length = LengthOf(layout, rank);
    switch (kind_) {
      case Kind::kLast:
        std::copy_n(from, left_to_right_, d_y.row(layout.RowOf(rank, length - 1)));
        std::copy(from + left_to_right_, from + size_,
                  d_y.row(layout.RowOf(rank, 0)) + left_to_right_);
        break;
      case Kind::kMean:
        ForEachRow(layout, rank, [&](int64_t row) {
          AddScaled(1.0 / static_cast<double>(length), from, size_, d_y.row(row));
        });
        break;
      case Kind::kMax:
        for (int64_t i = 0; i < size_; ++i) d_y.row(tape.chosen[rank * size_ + i])[i] = from[i];
        break;
      case Kind::kAttention:
        break;
    }
  }
}

// With e(t) = u . tanh(W y(t)) and a = softmax(e):
//   d_y(t) = a(t) d + W^T of d_hidden(t),   d_e(t) = a(t) (d . y(t) - sum over s of a(s) d . y(s))
void Pooling::AttendBackward(const float* values, const SequenceLayout& layout, ConstMatrix y,
                             ConstMatrix d_pooled, const Tape& tape, Matrix d_y, float* gradients,
                             Workspace* workspace) const {
  const ConstMatrix direction = direction_->In(values);
  float* const d_direction = direction_->In(gradients).data;
  const Matrix d_projected = workspace->Take(y.rows, size_);
  const Matrix d_scores = workspace->Take(y.rows, 1);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    const float* d = d_pooled.row(layout.order()[rank]);
    double mean = 0;
    ForEachRow(layout, rank, [&](int64_t row) {
      const double along = Dot(d, y.row(row), size_);
      d_scores.data[row] = static_cast<float>(along);
      mean += tape.weights.data[row] * along;
    });
    ForEachRow(layout, rank, [&](int64_t row) {
      d_scores.data[row] = static_cast<float>(tape.weights.data[row] * (d_scores.data[row] - mean));
    });
  }
  for (int64_t row = 0; row < y.rows; ++row) {
    const float* hidden = tape.hidden.row(row);
    AddScaled(d_scores.data[row], hidden, size_, d_direction);
    for (int64_t i = 0; i < size_; ++i)
      d_projected.row(row)[i] =
          d_scores.data[row] * direction.data[i] * (1 - hidden[i] * hidden[i]);
  }
  projection_->Backward(values, y, d_projected, d_y, gradients);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    const float* d = d_pooled.row(layout.order()[rank]);
    ForEachRow(layout, rank,
               [&](int64_t row) { AddScaled(tape.weights.data[row], d, size_, d_y.row(row)); });
  }
}

}  // namespace elman
