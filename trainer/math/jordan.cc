#include "trainer/math/jordan.h"

#include <algorithm>

#include "trainer/math/check.h"
#include "trainer/math/gemm.h"
#include "trainer/math/pointwise.h"
#include "trainer/math/sums.h"

namespace elman {
namespace {

void FillRows(ConstMatrix row, Matrix matrix) {
  for (int64_t r = 0; r < matrix.rows; ++r) std::copy_n(row.data, matrix.cols, matrix.row(r));
}

}  // namespace

void Jordan::UseWeights(const RecurrentWeights& weights) {
  CHECK_EQ(weights.input.rows, input_size_);
  CHECK_EQ(weights.hidden.rows, hidden_size_);
  CHECK_EQ(weights.output.rows, hidden_size_);
  weights_ = weights;
}

void Jordan::Infer(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                   Matrix y, RecurrentState last, Workspace* workspace) {
  Forward(steps, batch, x, initial, y, last, workspace);
}

RecurrentTape Jordan::Forward(int64_t steps, int64_t batch, ConstMatrix x,
                              ConstRecurrentState initial, Matrix y, RecurrentState last,
                              Workspace* workspace) {
  CHECK_EQ(x.rows, steps * batch);
  CHECK_EQ(x.cols, input_size_);
  const Matrix a = workspace->Take(steps * batch, hidden_size_);
  FillRows(weights_.bias, a);
  Gemm(Transpose::kNo, Transpose::kNo, 1, x, weights_.input, 1, a);
  FillRows(weights_.output_bias, y);
  ConstMatrix fed_back = initial.h;
  for (int64_t t = 0; t < steps; ++t) {
    const Matrix a_t = a.Rows(t * batch, batch), y_t = y.Rows(t * batch, batch);
    Gemm(Transpose::kNo, Transpose::kNo, 1, fed_back, weights_.hidden, 1, a_t);
    Tanh(a_t.data, a_t.size());
    Gemm(Transpose::kNo, Transpose::kNo, 1, a_t, weights_.output, 1, y_t);
    Tanh(y_t.data, y_t.size());
    fed_back = y_t;
  }
  std::copy_n(fed_back.data, fed_back.size(), last.h.data);
  return {x, initial, y, last, reinterpret_cast<std::byte*>(a.data)};
}

void Jordan::Backward(int64_t steps, int64_t batch, const RecurrentTape& tape, ConstMatrix d_y,
                      ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                      const RecurrentGradients& gradients, Workspace* workspace) {
  const int64_t rows = steps * batch;
  CHECK_EQ(d_y.rows, rows);
  CHECK_EQ(d_x.rows, rows);
  const ConstMatrix a = {reinterpret_cast<const float*>(tape.gates), rows, hidden_size_};
  // Gradients of what the two tanh are given.
  const Matrix d_in = workspace->Take(rows, hidden_size_);
  const Matrix d_out = workspace->Take(rows, hidden_size_);

  const Matrix d_state = d_initial.h;  // of the output that was fed back, while t goes down
  std::fill_n(d_state.data, d_state.size(), 0.0f);
  if (d_last.h.data) std::copy_n(d_last.h.data, d_last.h.size(), d_state.data);
  for (int64_t t = steps; t-- > 0;) {
    const Matrix in = d_in.Rows(t * batch, batch), out = d_out.Rows(t * batch, batch);
    const float* d_y_t = d_y.row(t * batch);
    for (int64_t i = 0; i < out.size(); ++i) out.data[i] = d_y_t[i] + d_state.data[i];
    TanhBackward(tape.y.row(t * batch), out.data, out.size());
    Gemm(Transpose::kNo, Transpose::kYes, 1, out, weights_.output, 0, in);
    TanhBackward(a.row(t * batch), in.data, in.size());
    Gemm(Transpose::kNo, Transpose::kYes, 1, in, weights_.hidden, 0, d_state);
  }

  Gemm(Transpose::kNo, Transpose::kYes, 1, d_in, weights_.input, 0, d_x);
  Gemm(Transpose::kYes, Transpose::kNo, 1, tape.x, d_in, 1, gradients.input);
  // What was fed back: the initial state, then all outputs but the last.
  Gemm(Transpose::kYes, Transpose::kNo, 1, tape.initial.h, d_in.Rows(0, batch), 1,
       gradients.hidden);
  if (steps > 1) {
    Gemm(Transpose::kYes, Transpose::kNo, 1, tape.y.Rows(0, rows - batch),
         d_in.Rows(batch, rows - batch), 1, gradients.hidden);
  }
  Gemm(Transpose::kYes, Transpose::kNo, 1, a, d_out, 1, gradients.output);
  AddRows(d_in, gradients.bias);
  AddRows(d_out, gradients.output_bias);
}

}  // namespace elman
