// Recurrent layers one upon another, with dropout on what enters each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/network/layers/dropout.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"
#include "trainer/network/recurrent/observation.h"
#include "trainer/network/recurrent/recurrence.h"

namespace elman {

struct RnnStackShape {
  Cell cell = Cell::kLstm;
  int layers = 1;
  int64_t input_size = 0;
  int64_t hidden_size = 0;  // of each direction
  // What enters the first layer is multiplied by its input weights already: gates of the left to
  // right half, then, where there is one, of the right to left half.
  bool projected_input = false;
  // Each layer reads right to left as well; its output is both directions side by side (Schuster
  // and Paliwal, 1997; Graves and Schmidhuber, 2005).
  bool bidirectional = false;
  float input_dropout = 0;  // on what enters the first layer
  float layer_dropout = 0;  // between layers
  bool variational_dropout = false;
  float weight_dropout = 0;  // of elements of the hidden-to-hidden matrices, one mask a step
  bool residual = false;     // adds a layer's input, dropped, to its output where their sizes agree
  Initializer input_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  Initializer hidden_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  float forget_bias = 0;  // LSTMs only
  InitialState initial_state = {};
  // Tells the stacks of a model apart: each has random numbers of its own.
  uint32_t first_site = 0;

  int64_t output_size() const { return bidirectional ? 2 * hidden_size : hidden_size; }
  int64_t gates_size() const { return GateCount(cell) * output_size(); }  // of a layer
  // In the matrix products of a row, forward.
  int64_t multiplications() const;
};

// Gradients of the states of a stack at both ends of sequences, arrays like its carry.
struct EndGradients {
  const float* last = nullptr;  // where something was made of the states after the last step
  float* before = nullptr;      // where to put that of the states before the first, if wanted
};

// Matrices are those of a layout. Not for concurrent use: the layers own their kernels.
class RnnStack {
 public:
  RnnStack(const std::string& name, const RnnStackShape& shape, ParameterTable* table);
  ~RnnStack();

  // Names the parameter values the following passes use; call again after every change.
  void UseValues(const float* values);

  // The carried state of `batch` sequences is one array of states() matrices [batch, hidden], rows
  // in the order of the layout: for each layer and direction h and, where the cell has one, c.
  int states() const;
  int64_t hidden_size() const { return shape_.hidden_size; }
  int64_t output_size() const { return shape_.output_size(); }
  const RnnStackShape& shape() const { return shape_; }

  // Fills `carry` with the state before the first step of every sequence. `pass` is null outside
  // training.
  void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const;

  // What a forward pass leaves for its backward pass; memory of the workspace.
  struct Tape {
    struct Layer {
      Dropout::Mask mask;  // of what enters it
      RecurrentTape left_to_right, right_to_left;
    };
    std::vector<Layer> layers;
    Observation* observation = nullptr;  // of the pass
    const PhaseClock* clock = nullptr;
  };

  // x [rows, input] to the last layer's output [rows, output_size], in the workspace; both must
  // stay as they are until the backward pass. `carry` goes in as the state before the first step
  // and comes out as that of every sequence after its last.
  ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x, float* carry,
                      Tape* tape, Workspace* workspace);

  // Without dropout and without a tape.
  ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                    Workspace* workspace);

  // From the gradient of the output (which is used up) to that of x, in the workspace; adds to
  // `gradients`, and to the pass's observation. The tape is used up. The state before the first
  // step is that of Begin if `begun`; otherwise a constant, where back-propagation is truncated,
  // unless `ends` wants its gradient.
  Matrix Backward(const Tape& tape, const SequenceLayout& layout, Matrix d_y, bool begun,
                  float* gradients, Workspace* workspace, const EndGradients& ends = {});

 private:
  struct Layer;
  template <typename Back>
  Matrix GoBack(const Tape& tape, const SequenceLayout& layout, Matrix d_y, bool wants_d_x,
                const Back& back, Workspace* workspace);
  void Observe(const Tape& tape, const SequenceLayout& layout, ConstMatrix d_y,
               const float* d_last);
  int directions() const { return shape_.bidirectional ? 2 : 1; }
  template <typename Element>
  RecurrentStateOf<MatrixView<Element>> State(int recurrence, int64_t batch, Element* carry) const;

  const RnnStackShape shape_;
  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace elman
