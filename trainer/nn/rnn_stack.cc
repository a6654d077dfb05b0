#include "trainer/nn/rnn_stack.h"

#include <algorithm>

#include "trainer/math/check.h"

namespace elman {
namespace {

int StatesPerLayer(Cell cell) { return HasCellState(cell) ? 2 : 1; }

// The forget gate is the second of an LSTM's four.
Initializer BiasInitializer(const RnnStackShape& shape) {
  if (shape.cell != Cell::kLstm) return {};
  return {.constant = shape.forget_bias,
          .constant_begin = shape.hidden_size,
          .constant_end = 2 * shape.hidden_size};
}

}  // namespace

struct RnnStack::Layer {
  Layer(const std::string& name, int number, const RnnStackShape& shape, ParameterTable* table)
      : input_weights(table->Add(name + ".input_weights", InputSize(number, shape),
                                 GateCount(shape.cell) * shape.hidden_size, {.range = shape.range},
                                 true)),
        hidden_weights(table->Add(name + ".hidden_weights", shape.hidden_size,
                                  GateCount(shape.cell) * shape.hidden_size, {.range = shape.range},
                                  true)),
        bias(table->Add(name + ".bias", 1, BiasCount(shape.cell) * shape.hidden_size,
                        BiasInitializer(shape), false)),
        dropout(shape.dropout, number),
        primitives(shape.cell, Direction::kLeftToRight, InputSize(number, shape),
                   shape.hidden_size) {}

  static int64_t InputSize(int number, const RnnStackShape& shape) {
    return number == 0 ? shape.input_size : shape.hidden_size;
  }

  Parameter input_weights, hidden_weights, bias;
  Dropout dropout;
  RecurrentPrimitives primitives;
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
    layer->primitives.UseWeights({layer->input_weights.In(values), layer->hidden_weights.In(values),
                                  layer->bias.In(values)});
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
    x = y;
  }
  return x;
}

ConstMatrix RnnStack::Infer(int64_t steps, int64_t batch, ConstMatrix x, float* carry,
                            Workspace* workspace) {
  const int64_t state_size = StatesPerLayer(shape_.cell) * batch * shape_.hidden_size;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Matrix y = workspace->Take(steps * batch, shape_.hidden_size);
    const RecurrentState carried = State(i, batch, carry);
    float* first = workspace->Floats(state_size);
    std::copy_n(carried.h.data, state_size, first);
    const RecurrentState initial = State(0, batch, first);
    layers_[i]->primitives.Infer(steps, batch, x, {initial.h, initial.c}, y, carried);
    x = y;
  }
  return x;
}

Matrix RnnStack::Backward(const Tape& tape, Matrix d_y, float* gradients, Workspace* workspace) {
  const int64_t state_size = StatesPerLayer(shape_.cell) * tape.batch * shape_.hidden_size;
  const RecurrentState d_initial = State(0, tape.batch, workspace->Floats(state_size));
  for (size_t i = layers_.size(); i-- > 0;) {
    Layer& layer = *layers_[i];
    const Matrix d_x = workspace->Take(tape.steps * tape.batch, layer.input_weights.rows);
    layer.primitives.Backward(tape.steps, tape.batch, tape.layers[i], d_y, {}, d_x, d_initial,
                              {layer.input_weights.In(gradients),
                               layer.hidden_weights.In(gradients), layer.bias.In(gradients)});
    Dropout::Backward(tape.masks[i], d_x);
    d_y = d_x;
  }
  return d_y;
}

}  // namespace elman
