#include "trainer/network/cells/recurrent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tests/support/gradient_check.h"
#include "tests/support/onednn_recurrent.h"
#include "trainer/network/cells/cell_factory.h"

namespace elman {
namespace {

// The weights of a cell, or their gradients, in one array.
struct Arrays {
  Arrays(Cell cell, int64_t input, int64_t hidden, float range)
      : values(RandomFloats(
            (input + hidden) * GateCount(cell) * hidden + BiasCount(cell) * hidden + 3 * hidden, 1,
            range)) {
    const int64_t gates = GateCount(cell) * hidden;
    float* next = values.data();
    const auto take = [&](int64_t rows, int64_t cols) {
      const Matrix matrix = {next, rows, cols};
      next += matrix.size();
      return matrix;
    };
    views.input = take(input, gates);
    views.hidden = take(hidden, gates);
    views.bias = take(1, BiasCount(cell) * hidden);
    if (cell == Cell::kPeepholeLstm) views.peephole = take(3, hidden);
  }
  std::vector<float> values;
  RecurrentGradients views;
};

void ExpectNear(const std::vector<float>& actual, const std::vector<float>& expected,
                float tolerance, const char* what) {
  float largest = 1;
  for (const float x : expected) largest = std::max(largest, std::abs(x));
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], tolerance * largest) << what << " " << i;
}

constexpr int64_t kSteps = 4, kBatch = 3, kInput = 5;

struct Results {
  std::vector<float> y, last, d_x, d_initial, gradients;
};

void ExpectNear(const Results& actual, const Results& expected) {
  ExpectNear(actual.y, expected.y, 2e-6f, "y");
  ExpectNear(actual.last, expected.last, 2e-6f, "last");
  ExpectNear(actual.d_x, expected.d_x, 1e-5f, "d_x");
  ExpectNear(actual.d_initial, expected.d_initial, 1e-5f, "d_initial");
  ExpectNear(actual.gradients, expected.gradients, 1e-5f, "gradients");
}

// A GRU with one unit, forward and backward, from its equations and in double precision:
//   u = sigmoid(x W_xu + h W_hu + b_u), r = sigmoid(x W_xr + h W_hr + b_r),
//   z = tanh(x W_xz + r h W_hz + b_z), h' = u h + (1 - u) z.
// Sets everything but the gradients of the weights in `results`, and adds those to `gradients`.
void RunOneUnitGru(const RecurrentWeights& w, ConstMatrix x, ConstMatrix d_y, const float* initial,
                   Results* results, const RecurrentGradients& gradients) {
  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  const float* w_h = w.hidden.data;
  for (int64_t n = 0; n < kBatch; ++n) {
    std::array<double, kSteps> u, r, z;
    std::array<double, kSteps + 1> h = {initial[n]};
    for (int64_t t = 0; t < kSteps; ++t) {
      const float* x_t = x.data + (t * kBatch + n) * kInput;
      const auto in = [&](int gate) {
        double sum = w.bias.data[gate];
        for (int64_t i = 0; i < kInput; ++i) sum += double{x_t[i]} * w.input.data[i * 3 + gate];
        return sum;
      };
      u[t] = sigmoid(in(0) + h[t] * w_h[0]);
      r[t] = sigmoid(in(1) + h[t] * w_h[1]);
      z[t] = std::tanh(in(2) + r[t] * h[t] * w_h[2]);
      h[t + 1] = u[t] * h[t] + (1 - u[t]) * z[t];
      results->y[t * kBatch + n] = static_cast<float>(h[t + 1]);
    }
    results->last[n] = static_cast<float>(h[kSteps]);
    double d_h = 0;  // of h(t), from the steps after it
    for (int64_t t = kSteps - 1; t >= 0; --t) {
      const int64_t row = t * kBatch + n;
      d_h += d_y.data[row];
      // Of the sums inside sigmoid and tanh.
      const double d_z = d_h * (1 - u[t]) * (1 - z[t] * z[t]);
      const double d_r = d_z * w_h[2] * h[t] * r[t] * (1 - r[t]);
      const double d_u = d_h * (h[t] - z[t]) * u[t] * (1 - u[t]);
      const double d_gates[3] = {d_u, d_r, d_z}, before[3] = {h[t], h[t], r[t] * h[t]};
      for (int64_t i = 0; i < kInput; ++i) {
        double d_x = 0;
        for (int gate = 0; gate < 3; ++gate) {
          d_x += d_gates[gate] * w.input.data[i * 3 + gate];
          gradients.input.data[i * 3 + gate] +=
              static_cast<float>(d_gates[gate] * x.data[row * kInput + i]);
        }
        results->d_x[row * kInput + i] = static_cast<float>(d_x);
      }
      for (int gate = 0; gate < 3; ++gate) {
        gradients.hidden.data[gate] += static_cast<float>(d_gates[gate] * before[gate]);
        gradients.bias.data[gate] += static_cast<float>(d_gates[gate]);
      }
      d_h = d_h * u[t] + d_u * w_h[0] + d_r * w_h[1] + d_z * w_h[2] * r[t];
    }
    results->d_initial[n] = static_cast<float>(d_h);
  }
}

class RecurrentTest : public testing::TestWithParam<std::tuple<Cell, int64_t>> {};

// Forward and backward pass, for hidden sizes around the vector width.
TEST_P(RecurrentTest, AgreesWithOneDnnsPrimitive) {
  const auto [cell, hidden] = GetParam();
  const Arrays weights(cell, kInput, hidden, 0.5f);
  const RecurrentWeights w = {weights.views.input,
                              weights.views.hidden,
                              weights.views.bias,
                              weights.views.peephole,
                              {},
                              {}};
  const std::vector<float> x = RandomFloats(kSteps * kBatch * kInput, 2, 1),
                           d_y = RandomFloats(kSteps * kBatch * hidden, 3, 1),
                           initial = RandomFloats(2 * kBatch * hidden, 4, 1);
  const auto state = [&, hidden = hidden](const float* data) {
    return RecurrentState{{const_cast<float*>(data), kBatch, hidden},
                          {const_cast<float*>(data) + kBatch * hidden, kBatch, hidden}};
  };
  const auto run = [&, cell = cell, hidden = hidden](const auto& pass) {
    Results r;
    r.y.resize(kSteps * kBatch * hidden);
    r.last.resize(2 * kBatch * hidden);
    r.d_x.resize(kSteps * kBatch * kInput);
    r.d_initial.resize(2 * kBatch * hidden);
    Arrays gradients(cell, kInput, hidden, 1);  // gradients are added to it
    pass(&r, gradients.views);
    r.gradients = gradients.values;
    return r;
  };
  const ConstMatrix x_view = {x.data(), kSteps * kBatch, kInput};
  const ConstMatrix d_y_view = {d_y.data(), kSteps * kBatch, hidden};
  const Results ours = run([&, cell = cell, hidden = hidden](Results* r, const auto& gradients) {
    const auto kernel = CreateRecurrentKernel(cell, kInput, hidden);
    const std::vector<int64_t> batches(kSteps, kBatch);
    Workspace workspace;
    kernel->UseWeights(w);
    const RecurrentTape tape =
        kernel->Forward(batches, x_view, state(initial.data()),
                        {r->y.data(), kSteps * kBatch, hidden}, state(r->last.data()), &workspace);
    kernel->Backward(batches, tape, d_y_view, {}, {r->d_x.data(), kSteps * kBatch, kInput},
                     state(r->d_initial.data()), gradients, &workspace);
  });
  const Results theirs = run([&, cell = cell, hidden = hidden](Results* r, const auto& gradients) {
    OneDnnRecurrent primitive(cell, kSteps, kBatch, kInput, hidden);
    primitive.Forward(w, x_view, state(initial.data()), {r->y.data(), kSteps * kBatch, hidden},
                      state(r->last.data()));
    primitive.Backward(d_y_view, {r->d_x.data(), kSteps * kBatch, kInput},
                       state(r->d_initial.data()), gradients);
  });
  if (OneDnnRecurrent::IsCorrect(cell, hidden)) ExpectNear(ours, theirs);
  if (cell == Cell::kGru && hidden == 1) {
    ExpectNear(ours, run([&](Results* r, const auto& gradients) {
                 RunOneUnitGru(w, x_view, d_y_view, initial.data(), r, gradients);
               }));
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, RecurrentTest,
                         testing::Combine(testing::Values(Cell::kTanh, Cell::kRelu, Cell::kLstm,
                                                          Cell::kPeepholeLstm, Cell::kGru,
                                                          Cell::kLinearBeforeResetGru),
                                          testing::Values(1, 7, 16, 33)));

}  // namespace
}  // namespace elman
