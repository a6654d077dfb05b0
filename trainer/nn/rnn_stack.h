// Recurrent layers one upon another, with dropout on what enters each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/math/recurrent.h"
#include "trainer/math/workspace.h"
#include "trainer/nn/dropout.h"
#include "trainer/nn/parameters.h"
#include "trainer/nn/pass.h"

namespace elman {

struct RnnStackShape {
  Cell cell = Cell::kLstm;
  int layers = 1;
  int64_t input_size = 0;
  int64_t hidden_size = 0;
  float input_dropout = 0;  // on what enters the first layer
  float layer_dropout = 0;  // between layers
  bool variational_dropout = false;
  float weight_dropout = 0;  // of elements of the hidden-to-hidden matrices, one mask a step
  bool residual = false;     // adds a layer's input, dropped, to its output where their sizes agree
  Initializer input_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  Initializer hidden_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  float forget_bias = 0;  // LSTM only
};

// Not for concurrent use: the layers own their primitives.
class RnnStack {
 public:
  RnnStack(const std::string& name, const RnnStackShape& shape, ParameterTable* table);
  ~RnnStack();

  // Names the parameter values the following passes use; call again after every change.
  void UseValues(const float* values);

  // The carried state of `batch` rows is one array of states() matrices [batch, hidden]: for each
  // layer h and, where the cell has one, c.
  int states() const;
  int64_t hidden_size() const { return shape_.hidden_size; }

  // What a forward pass leaves for its backward pass; memory of the workspace.
  struct Tape {
    int64_t steps = 0;
    int64_t batch = 0;
    std::vector<RecurrentTape> layers;
    std::vector<Dropout::Mask> masks;  // of what enters each layer
  };

  // x [steps * batch, input] to the last layer's output [steps * batch, hidden], in the workspace;
  // both must stay as they are until the backward pass. `carry` goes in as the state before the
  // first step and comes out as the state after the last.
  ConstMatrix Forward(const Pass& pass, int64_t steps, int64_t batch, ConstMatrix x, float* carry,
                      Tape* tape, Workspace* workspace);

  // Without dropout and without a tape.
  ConstMatrix Infer(int64_t steps, int64_t batch, ConstMatrix x, float* carry,
                    Workspace* workspace);

  // From the gradient of the output (which is used up) to that of x, in the workspace; adds to
  // `gradients`. The state before the first step is a constant: back-propagation is truncated
  // there.
  Matrix Backward(const Tape& tape, Matrix d_y, float* gradients, Workspace* workspace);

 private:
  struct Layer;
  RecurrentState State(int layer, int64_t batch, float* carry) const;

  const RnnStackShape shape_;
  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace elman
