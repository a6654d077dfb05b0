#include "trainer/network/cells/recurrent.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

void CopyRows(ConstMatrix from, int64_t first, int64_t end, Matrix to) {
  if (from.data) std::copy(from.row(first), from.row(end), to.row(first));
}

// Initializes the rows [first, end) of a gradient: with the given one, or with zeros if there is
// none.
void BeginRows(ConstMatrix given, int64_t first, int64_t end, Matrix d) {
  if (given.data) return CopyRows(given, first, end, d);
  std::fill(d.row(first), d.row(end), 0.0f);
}

// Returns the restarts of a step with the packed rows [first, first + batch).
std::span<const int32_t> RestartsOf(std::span<const int32_t> rows, int64_t first, int64_t batch) {
  const auto begin = std::ranges::lower_bound(rows, first);
  return {begin, std::ranges::lower_bound(begin, rows.end(), first + batch)};
}

// Copies the states with which sequences restart to their rows of `state`.
void Restart(std::span<const int32_t> restarting, int64_t first, const Restarts& restarts,
             const RecurrentState& state) {
  for (const int32_t row : restarting) {
    const int64_t rank = row - first;
    CopyRows(restarts.state.h, rank, rank + 1, state.h);
    CopyRows(restarts.state.c, rank, rank + 1, state.c);
  }
}

// Moves the gradient of the state before a restart to the state of the restart.
void EndAtRestarts(std::span<const int32_t> restarting, int64_t first, const RecurrentState& d,
                   const RecurrentState& d_restarted) {
  const auto move = [](Matrix from, Matrix to, int64_t rank) {
    if (from.data == nullptr) return;
    if (to.data) {
      for (int64_t j = 0; j < from.cols; ++j) to.row(rank)[j] += from.row(rank)[j];
    }
    std::fill_n(from.row(rank), from.cols, 0.0f);
  };
  for (const int32_t row : restarting) {
    move(d.h, d_restarted.h, row - first);
    move(d.c, d_restarted.c, row - first);
  }
}

double SumOfRow(const float* a, const float* b, int64_t count) {
  double sum = 0;
  for (int64_t j = 0; j < count; ++j) {
    const double d = double{a[j]} + (b ? b[j] : 0);
    sum += d * d;
  }
  return sum;
}

// `first` is the first packed row of the step.
void AddUpSquares(ConstMatrix d_y, const RecurrentState& d_after, int64_t first,
                  const GradientSquares& squares) {
  for (int64_t rank = 0; rank < d_y.rows; ++rank) {
    squares.h[first + rank] = SumOfRow(d_y.row(rank), d_after.h.row(rank), d_y.cols);
    if (squares.c) squares.c[first + rank] = SumOfRow(d_after.c.row(rank), nullptr, d_after.c.cols);
  }
}

template <typename View>
RecurrentStateOf<View> FirstRows(const RecurrentStateOf<View>& state, int64_t rows) {
  return {state.h.Rows(0, rows), state.c.data ? state.c.Rows(0, rows) : View{}};
}

}  // namespace

int GateCount(Cell cell) {
  switch (cell) {
    case Cell::kTanh:
    case Cell::kRelu:
    case Cell::kJordan:
      return 1;
    case Cell::kLstm:
    case Cell::kPeepholeLstm:
      return 4;
    case Cell::kGru:
    case Cell::kLinearBeforeResetGru:
      return 3;
  }
  return 0;
}

int BiasCount(Cell cell) { return cell == Cell::kLinearBeforeResetGru ? 4 : GateCount(cell); }

bool HasCellState(Cell cell) { return cell == Cell::kLstm || cell == Cell::kPeepholeLstm; }

void RecurrentKernel::Transposed::Update(ConstMatrix weights) {
  if (weights.size() == 0) return;
  if (!transposition) {
    transposition = std::make_unique<Transposition>(weights.rows, weights.cols);
    values.resize(weights.size());
    view = {values.data(), weights.cols, weights.rows};
  }
  transposition->Run(weights, view);
}

RecurrentKernel::RecurrentKernel(Cell cell, int64_t input_size, int64_t hidden_size)
    : cell_(cell), input_size_(input_size), hidden_size_(hidden_size) {}

RecurrentKernel::~RecurrentKernel() = default;

void RecurrentKernel::UseWeights(const RecurrentWeights& weights) {
  if (weights.input.size() == 0) {
    CHECK_EQ(input_size_, GateCount(cell_) * hidden_size_);
  } else {
    CHECK_EQ(weights.input.rows, input_size_);
    CHECK_EQ(weights.input.cols, GateCount(cell_) * hidden_size_);
  }
  CHECK_EQ(weights.hidden.rows, hidden_size_);
  CHECK_EQ(weights.hidden.cols, GateCount(cell_) * hidden_size_);
  CHECK_EQ(weights.bias.size(), BiasCount(cell_) * hidden_size_);
  CHECK_EQ(weights.peephole.size(), cell_ == Cell::kPeepholeLstm ? 3 * hidden_size_ : 0);
  CHECK_EQ(weights.output.size(), cell_ == Cell::kJordan ? hidden_size_ * hidden_size_ : 0);
  weights_ = weights;
  stale_ = true;
}

RecurrentKernel::Step RecurrentKernel::StepAt(int64_t first_row, int64_t batch,
                                              const RecurrentTape& tape,
                                              const ConstRecurrentState& before) const {
  Step step;
  step.batch = batch;
  step.before = before;
  step.gates = tape.gates.Rows(first_row, batch);
  for (int i = 0; i < extras(); ++i) step.extra[i] = tape.extra[i].Rows(first_row, batch);
  step.y = {const_cast<float*>(tape.y.row(first_row)), batch, hidden_size_};
  return step;
}

RecurrentState RecurrentKernel::TakeState(int64_t batch, Workspace* workspace) const {
  return {workspace->Take(batch, hidden_size_),
          HasCellState(cell_) ? workspace->Take(batch, hidden_size_) : Matrix{}};
}

RecurrentTape RecurrentKernel::Forward(StepBatches batches, ConstMatrix x,
                                       ConstRecurrentState initial, Matrix y, RecurrentState last,
                                       Workspace* workspace, const Restarts& restarts) {
  const int64_t rows = std::accumulate(batches.begin(), batches.end(), int64_t{0});
  CHECK_EQ(x.rows, rows);
  CHECK_EQ(x.cols, input_size_);
  CHECK_EQ(y.rows, rows);
  CHECK_EQ(y.cols, hidden_size_);
  CHECK_EQ(initial.h.rows, batches[0]);
  RecurrentTape tape = {x,  initial, y, workspace->Take(rows, GateCount(cell_) * hidden_size_),
                        {}, restarts};
  for (int i = 0; i < extras(); ++i) tape.extra[i] = workspace->Take(rows, hidden_size_);
  if (weights_.input.size() == 0) {
    std::copy_n(x.data, x.size(), tape.gates.data);
  } else {
    Gemm(Transpose::kNo, Transpose::kNo, 1, x, weights_.input, 0, tape.gates);
  }

  RecurrentState restarted;  // the state before a step with restarts
  if (!restarts.rows.empty()) restarted = TakeState(batches[0], workspace);
  ConstRecurrentState before = initial;
  int64_t row = 0;
  for (size_t t = 0; t < batches.size(); ++t) {
    const int64_t batch = batches[t];
    if (const auto restarting = RestartsOf(restarts.rows, row, batch); !restarting.empty()) {
      CopyRows(before.h, 0, batch, restarted.h);
      CopyRows(before.c, 0, batch, restarted.c);
      Restart(restarting, row, restarts, restarted);
      before = restarted;
    }
    const Step step = StepAt(row, batch, tape, FirstRows(before, batch));
    StepForward(step);
    before = {step.y, HasCellState(cell_) ? step.extra[0] : Matrix{}};
    const int64_t going_on = t + 1 < batches.size() ? batches[t + 1] : 0;
    CHECK_LE(going_on, batch);
    CopyRows(before.h, going_on, batch, last.h);
    CopyRows(before.c, going_on, batch, last.c);
    row += batch;
  }
  return tape;
}

void RecurrentKernel::TransposeWeights() {
  if (!stale_) return;
  input_.Update(weights_.input);
  hidden_.Update(weights_.hidden);
  output_.Update(weights_.output);
  stale_ = false;
}

void RecurrentKernel::StepsBackward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                                    ConstRecurrentState d_last, RecurrentState d_initial,
                                    const RecurrentGradients& gradients, RecurrentState d_restarted,
                                    const GradientSquares& squares, Matrix h_before,
                                    Workspace* workspace) {
  Matrix c_before;  // of a step with restarts
  if (!tape.restarts.rows.empty()) c_before = TakeState(batches[0], workspace).c;
  int64_t row = d_y.rows, going_on = 0;
  for (size_t t = batches.size(); t-- > 0;) {
    const int64_t batch = batches[t];
    row -= batch;
    ConstRecurrentState before = tape.initial;
    if (t > 0) {
      const int64_t earlier = row - batches[t - 1];
      before.h = tape.y.Rows(earlier, batch);
      if (HasCellState(cell_)) before.c = tape.extra[0].Rows(earlier, batch);
    }
    std::copy_n(before.h.data, batch * hidden_size_, h_before.row(row));
    before.h = h_before.Rows(row, batch);
    const auto restarting = RestartsOf(tape.restarts.rows, row, batch);
    if (!restarting.empty()) {
      if (HasCellState(cell_)) {
        CopyRows(before.c, 0, batch, c_before);
        before.c = c_before;
      }
      Restart(restarting, row, tape.restarts, {h_before.Rows(row, batch), c_before});
    }
    // Sequences whose last step is this one.
    BeginRows(d_last.h, going_on, batch, d_initial.h);
    if (HasCellState(cell_)) BeginRows(d_last.c, going_on, batch, d_initial.c);
    going_on = batch;
    if (squares.h) AddUpSquares(d_y.Rows(row, batch), d_initial, row, squares);
    StepBackward(StepAt(row, batch, tape, FirstRows(before, batch)), d_y.Rows(row, batch),
                 FirstRows(d_initial, batch), gradients);
    EndAtRestarts(restarting, row, d_initial, d_restarted);
  }
}

void RecurrentKernel::InputBackward(const RecurrentTape& tape, Matrix d_x) const {
  if (weights_.input.size() == 0) {
    std::copy_n(tape.gates.data, tape.gates.size(), d_x.data);
  } else {
    Gemm(Transpose::kNo, Transpose::kNo, 1, tape.gates, input_.view, 0, d_x);
  }
}

void RecurrentKernel::Backward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                               ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                               const RecurrentGradients& gradients, Workspace* workspace,
                               RecurrentState d_restarted) {
  CHECK_EQ(d_y.size(), tape.y.size());
  CHECK_EQ(d_x.size(), tape.x.size());
  CHECK_EQ(d_initial.h.rows, batches[0]);
  TransposeWeights();
  const Matrix h_before = workspace->Take(d_y.rows, hidden_size_);
  StepsBackward(batches, tape, d_y, d_last, d_initial, gradients, d_restarted, /*squares=*/{},
                h_before, workspace);
  InputBackward(tape, d_x);
  if (weights_.input.size() > 0)
    Gemm(Transpose::kYes, Transpose::kNo, 1, tape.x, tape.gates, 1, gradients.input);
  AddGradients(h_before, tape, gradients);
}

void RecurrentKernel::FollowBack(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                                 ConstRecurrentState d_last, Matrix d_x,
                                 const GradientSquares& squares, Workspace* workspace) {
  CHECK_EQ(d_y.size(), tape.y.size());
  TransposeWeights();
  const auto copy = [&](const Matrix& matrix) {
    const Matrix copied = workspace->Take(matrix.rows, matrix.cols);
    std::copy_n(matrix.data, matrix.size(), copied.data);
    return copied;
  };
  RecurrentTape used = tape;
  used.gates = copy(tape.gates);
  for (int i = 0; i < extras(); ++i) used.extra[i] = copy(tape.extra[i]);
  RecurrentGradients unwanted;
  if (weights_.peephole.size() > 0) {
    unwanted.peephole = workspace->Take(3, hidden_size_);
    std::fill_n(unwanted.peephole.data, unwanted.peephole.size(), 0.0f);
  }
  StepsBackward(batches, used, d_y, d_last, TakeState(batches[0], workspace), unwanted,
                /*d_restarted=*/{}, squares, workspace->Take(d_y.rows, hidden_size_), workspace);
  if (d_x.data) InputBackward(used, d_x);
}

}  // namespace elman
