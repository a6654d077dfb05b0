#include "trainer/network/recurrent/recurrence.h"

#include <algorithm>

#include "trainer/network/cells/cell_factory.h"
#include "trainer/network/math/check.h"
#include "trainer/network/math/random.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

// The forget gate is the second of the four LSTM gates.
Initializer BiasInitializer(const RecurrenceShape& shape) {
  if (!HasCellState(shape.cell)) return {};
  return {.shift = shape.forget_bias,
          .shifted_begin = shape.hidden_size,
          .shifted_end = 2 * shape.hidden_size};
}

// Initializes each gate as a separate matrix.
Initializer ByGate(Initializer initializer, Cell cell) {
  initializer.blocks = GateCount(cell);
  return initializer;
}

RecurrentWeightsOf<Parameter> AddWeights(const std::string& name, const RecurrenceShape& shape,
                                         ParameterTable* table) {
  const int64_t hidden = shape.hidden_size, gates = GateCount(shape.cell) * hidden;
  RecurrentWeightsOf<Parameter> weights;
  if (!shape.projected_input) {
    weights.input = table->Add(name + ".input_weights", shape.input_size, gates,
                               ByGate(shape.input_initializer, shape.cell), /*decay=*/true);
  }
  weights.hidden = table->Add(name + ".hidden_weights", hidden, gates,
                              ByGate(shape.hidden_initializer, shape.cell), /*decay=*/true);
  weights.bias = table->Add(name + ".bias", 1, BiasCount(shape.cell) * hidden,
                            BiasInitializer(shape), /*decay=*/false);
  if (shape.cell == Cell::kPeepholeLstm) {
    weights.peephole = table->Add(name + ".peephole_weights", 3, hidden, shape.input_initializer,
                                  /*decay=*/true);
  }
  if (shape.cell == Cell::kJordan) {
    weights.output = table->Add(name + ".output_weights", hidden, hidden, shape.input_initializer,
                                /*decay=*/true);
    weights.output_bias = table->Add(name + ".output_bias", 1, hidden, {}, /*decay=*/false);
  }
  return weights;
}

RecurrentStateOf<Parameter> AddInitialState(const std::string& name, const RecurrenceShape& shape,
                                            ParameterTable* table) {
  RecurrentStateOf<Parameter> state;
  if (shape.initial_state.kind != InitialState::Kind::kLearned) return state;
  state.h = table->Add(name + ".initial_h", 1, shape.hidden_size, {}, /*decay=*/false);
  if (HasCellState(shape.cell))
    state.c = table->Add(name + ".initial_c", 1, shape.hidden_size, {}, /*decay=*/false);
  return state;
}

template <typename Array>
auto WeightsIn(const RecurrentWeightsOf<Parameter>& parameters, Array* array) {
  return RecurrentWeightsOf<MatrixView<Array>>{
      parameters.input.In(array),    parameters.hidden.In(array), parameters.bias.In(array),
      parameters.peephole.In(array), parameters.output.In(array), parameters.output_bias.In(array)};
}

// Fills the state with the learned vector, or with zeros if there is none.
void FillState(const Parameter& learned, const float* values, Matrix state) {
  if (learned.size() == 0) {
    std::fill_n(state.data, state.size(), 0.0f);
  } else {
    for (int64_t r = 0; r < state.rows; ++r)
      std::copy_n(learned.In(values).data, state.cols, state.row(r));
  }
}

void Clear(const RecurrentState& state) {
  for (const Matrix& part : {state.h, state.c}) std::fill_n(part.data, part.size(), 0.0f);
}

}  // namespace

Recurrence::Recurrence(const std::string& name, uint32_t site, const RecurrenceShape& shape,
                       ParameterTable* table)
    : shape_(shape),
      site_(site),
      parameters_(AddWeights(name, shape, table)),
      initial_(AddInitialState(name, shape, table)),
      weight_dropout_(shape.weight_dropout, site, parameters_.hidden.rows, parameters_.hidden.cols),
      kernel_(CreateRecurrentKernel(shape.cell, shape.input_size, shape.hidden_size)) {}

void Recurrence::UseValues(const float* values) {
  values_ = values;
  prepared_ = kNothing;
}

// Passes the weights to the kernel: with dropped hidden weights for a training pass, unchanged
// otherwise.
void Recurrence::Prepare(const Pass* pass) {
  if (weight_dropout_.none()) pass = nullptr;
  const int64_t wanted = pass ? pass->step : kWhole;
  if (prepared_ == wanted) return;
  prepared_ = wanted;
  RecurrentWeights weights = WeightsIn(parameters_, values_);
  if (pass) weights.hidden = weight_dropout_.Forward(*pass, weights.hidden);
  kernel_->UseWeights(weights);
}

void Recurrence::Begin(const Pass* pass, const SequenceLayout& layout, RecurrentState state) const {
  FillState(initial_.h, values_, state.h);
  if (HasCellState(shape_.cell)) FillState(initial_.c, values_, state.c);
  if (shape_.initial_state.kind != InitialState::Kind::kRandom || pass == nullptr) return;
  const RandomKey key{pass->seed, RandomPurpose::kInitialState, site_};
  const float range = shape_.initial_state.range;
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    const auto row = static_cast<uint32_t>(pass->first_row + layout.order()[rank]);
    const auto number = [&](int64_t position) {
      return (2 * UniformFloat(RandomWord(key, pass->step, row, position)) - 1) * range;
    };
    for (int64_t j = 0; j < shape_.hidden_size; ++j) {
      state.h.row(rank)[j] = number(j);
      if (HasCellState(shape_.cell)) state.c.row(rank)[j] = number(shape_.hidden_size + j);
    }
  }
}

RecurrentState Recurrence::TakeState(int64_t batch, Workspace* workspace) const {
  return {workspace->Take(batch, shape_.hidden_size),
          HasCellState(shape_.cell) ? workspace->Take(batch, shape_.hidden_size) : Matrix{}};
}

Matrix Recurrence::Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                           RecurrentState state, RecurrentTape* tape, Workspace* workspace) {
  Prepare(&pass);
  return Run(&pass, layout, x, state, tape, workspace);
}

Matrix Recurrence::Infer(const SequenceLayout& layout, ConstMatrix x, RecurrentState state,
                         Workspace* workspace) {
  Prepare(nullptr);
  RecurrentTape tape;
  return Run(/*pass=*/nullptr, layout, x, state, &tape, workspace);
}

Matrix Recurrence::Run(const Pass* pass, const SequenceLayout& layout, ConstMatrix x,
                       RecurrentState state, RecurrentTape* tape, Workspace* workspace) {
  const Matrix y = workspace->Take(x.rows, shape_.hidden_size);
  // The backward pass needs the initial state, and `state` is overwritten.
  const RecurrentState before = TakeState(layout.batch(), workspace);
  std::copy_n(state.h.data, state.h.size(), before.h.data);
  if (HasCellState(shape_.cell)) std::copy_n(state.c.data, state.c.size(), before.c.data);
  Restarts restarts;
  if (!layout.restarts().empty()) {
    const RecurrentState begun = TakeState(layout.batch(), workspace);
    Begin(pass, layout, begun);
    restarts = {layout.restarts(), begun};
  }
  *tape = kernel_->Forward(layout.batches(), x, before, y, state, workspace, restarts);
  return y;
}

Matrix Recurrence::Backward(const RecurrentTape& tape, const SequenceLayout& layout,
                            ConstMatrix d_y, ConstRecurrentState d_last, bool begun,
                            RecurrentState d_before, float* gradients, Workspace* workspace) {
  const Matrix d_x = workspace->Take(d_y.rows, shape_.input_size);
  const RecurrentState d_initial =
      d_before.h.data ? d_before : TakeState(layout.batch(), workspace);
  RecurrentGradients d_weights = WeightsIn(parameters_, gradients);
  const Matrix d_hidden = d_weights.hidden;
  d_weights.hidden = weight_dropout_.BeginBackward(d_hidden);
  const bool learned = initial_.h.size() > 0;
  RecurrentState d_restarted;
  if (learned && !layout.restarts().empty()) {
    d_restarted = TakeState(layout.batch(), workspace);
    Clear(d_restarted);
  }
  kernel_->Backward(layout.batches(), tape, d_y, d_last, d_x, d_initial, d_weights, workspace,
                    d_restarted);
  weight_dropout_.EndBackward(d_hidden);
  for (const RecurrentState& d : {begun && learned ? d_initial : RecurrentState{}, d_restarted}) {
    if (d.h.data) AddRows(d.h, initial_.h.In(gradients));
    if (d.c.data) AddRows(d.c, initial_.c.In(gradients));
  }
  return d_x;
}

Matrix Recurrence::FollowBack(const RecurrentTape& tape, const SequenceLayout& layout,
                              ConstMatrix d_y, ConstRecurrentState d_last, bool wants_d_x,
                              const GradientSquares& squares, Workspace* workspace) {
  const Matrix d_x = wants_d_x ? workspace->Take(d_y.rows, shape_.input_size) : Matrix{};
  kernel_->FollowBack(layout.batches(), tape, d_y, d_last, d_x, squares, workspace);
  return d_x;
}

}  // namespace elman
