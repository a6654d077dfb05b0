#include "trainer/nn/rnn_stack.h"

#include <algorithm>

#include "trainer/math/check.h"
#include "trainer/math/sums.h"
#include "trainer/nn/weight_dropout.h"

namespace elman {
namespace {

ConstMatrix Sum(ConstMatrix a, ConstMatrix b, Workspace* workspace) {
  const Matrix sum = workspace->Take(a.rows, a.cols);
  for (int64_t i = 0; i < sum.size(); ++i) sum.data[i] = a.data[i] + b.data[i];
  return sum;
}

int StatesPerLayer(Cell cell) { return HasCellState(cell) ? 2 : 1; }

// The forget gate is the second of an LSTM's four.
Initializer BiasInitializer(const RnnStackShape& shape) {
  if (shape.cell != Cell::kLstm) return {};
  return {.shift = shape.forget_bias,
          .shifted_begin = shape.hidden_size,
          .shifted_end = 2 * shape.hidden_size};
}

// Gates are matrices of their own.
Initializer ByGate(Initializer initializer, Cell cell) {
  initializer.blocks = GateCount(cell);
  return initializer;
}

}  // namespace

struct RnnStack::Layer {
  Layer(const std::string& name, int number, const RnnStackShape& shape, ParameterTable* table)
      : input_weights(table->Add(name + ".input_weights", InputSize(number, shape),
                                 GateCount(shape.cell) * shape.hidden_size,
                                 ByGate(shape.input_initializer, shape.cell), true)),
        hidden_weights(table->Add(name + ".hidden_weights", shape.hidden_size,
                                  GateCount(shape.cell) * shape.hidden_size,
                                  ByGate(shape.hidden_initializer, shape.cell), true)),
        bias(table->Add(name + ".bias", 1, BiasCount(shape.cell) * shape.hidden_size,
                        BiasInitializer(shape), false)),
        residual(shape.residual && InputSize(number, shape) == shape.hidden_size),
        dropout(number == 0 ? shape.input_dropout : shape.layer_dropout, shape.variational_dropout,
                number),
        weight_dropout(shape.weight_dropout, number, hidden_weights.rows, hidden_weights.cols),
        primitives(shape.cell, Direction::kLeftToRight, InputSize(number, shape),
                   shape.hidden_size) {}

  static int64_t InputSize(int number, const RnnStackShape& shape) {
    return number == 0 ? shape.input_size : shape.hidden_size;
  }

  // Has the primitives use the values as they are, or, for a training pass, with hidden weights
  // dropped.
  void Prepare(const Pass* pass) {
    if (weight_dropout.none()) pass = nullptr;
    const int64_t wanted = pass ? pass->step : kWhole;
    if (prepared == wanted) return;
    prepared = wanted;
    const ConstMatrix hidden = hidden_weights.In(values);
    primitives.UseWeights({input_weights.In(values),
                           pass ? weight_dropout.Forward(*pass, hidden) : hidden, bias.In(values)});
  }

  static constexpr int64_t kNothing = -2, kWhole = -1;

  const Parameter input_weights, hidden_weights, bias;
  const bool residual;
  const Dropout dropout;
  WeightDropout weight_dropout;
  RecurrentPrimitives primitives;
  const float* values = nullptr;
  int64_t prepared = kNothing;  // the step whose dropped weights the primitives use, or kWhole
};

RnnStack::RnnStack(const std::string& name, const RnnStackShape& shape, ParameterTable* table)
    : shape_(shape) {
  for (int i = 0; i < shape.layers; ++i) {
    layers_.push_back(std::make_unique<Layer>(name + std::to_string(i), i, shape, table));
  }
}

RnnStack::~RnnStack() = default;

void RnnStack::UseValues(const float* values) {
  for (const auto& layer : layers_) {
    layer->values = values;
    layer->prepared = Layer::kNothing;
  }
}

int RnnStack::states() const { return shape_.layers * StatesPerLayer(shape_.cell); }

RecurrentState RnnStack::State(int layer, int64_t batch, float* carry) const {
  const int64_t size = batch * shape_.hidden_size;
  float* h = carry + layer * StatesPerLayer(shape_.cell) * size;
  return {{h, batch, shape_.hidden_size},
          HasCellState(shape_.cell) ? Matrix{h + size, batch, shape_.hidden_size} : Matrix{}};
}

ConstMatrix RnnStack::Forward(const Pass& pass, int64_t steps, int64_t batch, ConstMatrix x,
                              float* carry, Tape* tape, Workspace* workspace) {
  tape->steps = steps;
  tape->batch = batch;
  tape->layers.resize(layers_.size());
  tape->masks.resize(layers_.size());
  const int64_t state_size = StatesPerLayer(shape_.cell) * batch * shape_.hidden_size;
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = *layers_[i];
    layer.Prepare(&pass);
    const ConstMatrix input =
        layer.dropout.Forward(pass, steps, batch, x, &tape->masks[i], workspace);
    const Matrix y = workspace->Take(steps * batch, shape_.hidden_size);
    // Both ends of the sequence stay as they are for the backward pass; the carry moves on.
    const RecurrentState carried = State(i, batch, carry);
    float* ends = workspace->Floats(2 * state_size);
    std::copy_n(carried.h.data, state_size, ends);
    const RecurrentState first = State(0, batch, ends);
    const RecurrentState last = State(0, batch, ends + state_size);
    tape->layers[i] =
        layer.primitives.Forward(steps, batch, input, {first.h, first.c}, y, last, workspace);
    std::copy_n(last.h.data, state_size, carried.h.data);
    x = layer.residual ? Sum(input, y, workspace) : y;
  }
  return x;
}

ConstMatrix RnnStack::Infer(int64_t steps, int64_t batch, ConstMatrix x, float* carry,
                            Workspace* workspace) {
  const int64_t state_size = StatesPerLayer(shape_.cell) * batch * shape_.hidden_size;
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = *layers_[i];
    layer.Prepare(nullptr);
    const Matrix y = workspace->Take(steps * batch, shape_.hidden_size);
    const RecurrentState carried = State(i, batch, carry);
    float* first = workspace->Floats(state_size);
    std::copy_n(carried.h.data, state_size, first);
    const RecurrentState initial = State(0, batch, first);
    layer.primitives.Infer(steps, batch, x, {initial.h, initial.c}, y, carried);
    x = layer.residual ? Sum(x, y, workspace) : y;
  }
  return x;
}

Matrix RnnStack::Backward(const Tape& tape, Matrix d_y, float* gradients, Workspace* workspace) {
  const int64_t state_size = StatesPerLayer(shape_.cell) * tape.batch * shape_.hidden_size;
  const RecurrentState d_initial = State(0, tape.batch, workspace->Floats(state_size));
  for (size_t i = layers_.size(); i-- > 0;) {
    Layer& layer = *layers_[i];
    const Matrix d_x = workspace->Take(tape.steps * tape.batch, layer.input_weights.rows);
    const Matrix d_hidden = layer.hidden_weights.In(gradients);
    layer.primitives.Backward(
        tape.steps, tape.batch, tape.layers[i], d_y, {}, d_x, d_initial,
        {layer.input_weights.In(gradients), layer.weight_dropout.BeginBackward(d_hidden),
         layer.bias.In(gradients)});
    layer.weight_dropout.EndBackward(d_hidden);
    if (layer.residual)
      Add({d_y.data, static_cast<size_t>(d_y.size())}, {d_x.data, static_cast<size_t>(d_x.size())});
    Dropout::Backward(tape.masks[i], d_x);
    d_y = d_x;
  }
  return d_y;
}

}  // namespace elman
