#include "trainer/network/cells/recurrent.h"

#include <gtest/gtest.h>

#include <algorithm>
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

class RecurrentTest : public testing::TestWithParam<std::tuple<Cell, int64_t>> {};

// Forward and backward pass, for hidden sizes around the vector width.
TEST_P(RecurrentTest, AgreesWithOneDnnsPrimitive) {
  const auto [cell, hidden] = GetParam();
  constexpr int64_t kSteps = 4, kBatch = 3, kInput = 5;
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
  struct Results {
    std::vector<float> y, last, d_x, d_initial, gradients;
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
  ExpectNear(ours.y, theirs.y, 2e-6f, "y");
  ExpectNear(ours.last, theirs.last, 2e-6f, "last");
  ExpectNear(ours.d_x, theirs.d_x, 1e-5f, "d_x");
  ExpectNear(ours.d_initial, theirs.d_initial, 1e-5f, "d_initial");
  ExpectNear(ours.gradients, theirs.gradients, 1e-5f, "gradients");
}

INSTANTIATE_TEST_SUITE_P(Cells, RecurrentTest,
                         testing::Combine(testing::Values(Cell::kTanh, Cell::kRelu, Cell::kLstm,
                                                          Cell::kPeepholeLstm, Cell::kGru,
                                                          Cell::kLinearBeforeResetGru),
                                          testing::Values(1, 7, 16, 33)));

}  // namespace
}  // namespace elman
