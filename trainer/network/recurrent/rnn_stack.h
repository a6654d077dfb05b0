// A stack of recurrent layers with dropout on the input of each layer.
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

// Sizes and options of a stack of recurrent layers.
struct RnnStackShape {
  Cell cell = Cell::kLstm;
  int layers = 1;
  int64_t input_size = 0;
  int64_t hidden_size = 0;  // per direction
  // The input of the first layer is already multiplied by its input weights: it consists of the
  // gates of the left-to-right direction, followed by those of the right-to-left direction if there
  // is one.
  bool projected_input = false;
  // Each layer also reads right to left; its output is the concatenation of both directions
  // (Schuster and Paliwal, 1997; Graves and Schmidhuber, 2005).
  bool bidirectional = false;
  float input_dropout = 0;  // on the input of the first layer
  float layer_dropout = 0;  // between layers
  bool variational_dropout = false;
  float weight_dropout = 0;  // on the hidden-to-hidden matrices; one mask per step
  // Adds a layer's input, after dropout, to its output if their sizes agree.
  bool residual = false;
  Initializer input_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  Initializer hidden_initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};
  float forget_bias = 0;  // only for LSTMs
  InitialState initial_state = {};
  // Distinguishes the random numbers of the stacks of a model.
  uint32_t first_site = 0;

  int64_t output_size() const { return bidirectional ? 2 * hidden_size : hidden_size; }
  int64_t gates_size() const { return GateCount(cell) * output_size(); }  // per layer
  // Multiplications in the matrix products of one row, forward pass only.
  int64_t multiplications() const;
};

// Gradients of the states at both ends of the sequences. Arrays have the layout of the carried
// state.
struct EndGradients {
  // Input: those of the states after the last step; null if these states are not used.
  const float* last = nullptr;
  // Output: those of the states before the first step; null if they are not needed.
  float* before = nullptr;
};

// The rows of matrices are packed rows of a layout. Not thread-safe, because the layers own their
// kernels.
class RnnStack {
 public:
  RnnStack(const std::string& name, const RnnStackShape& shape, ParameterTable* table);
  ~RnnStack();

  // Sets the parameter values for the following passes. Call it again after every change of the
  // values.
  void UseValues(const float* values);

  // The carried state of `batch` sequences is one array of states() matrices [batch, hidden] with
  // rows in the order of the layout: for each layer and direction h and, if the cell has one, c.
  int states() const;
  int64_t hidden_size() const { return shape_.hidden_size; }
  int64_t output_size() const { return shape_.output_size(); }
  const RnnStackShape& shape() const { return shape_; }

  // Fills `carry` with the state before the first step of every sequence. `pass` is null outside
  // training.
  void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const;

  // What Backward needs from Forward; memory of the workspace.
  struct Tape {
    struct Layer {
      Dropout::Mask mask;  // of the layer's input
      RecurrentTape left_to_right, right_to_left;
    };
    std::vector<Layer> layers;
    Observation* observation = nullptr;  // that of the pass
    const PhaseClock* clock = nullptr;
  };

  // Maps x [rows, input] to the last layer's output [rows, output_size], in the workspace. Both
  // must not be changed until the backward pass. `carry` enters as the state before the first step
  // and leaves as the state of every sequence after its last step.
  ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x, float* carry,
                      Tape* tape, Workspace* workspace);

  // Like Forward, without dropout and without a tape.
  ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                    Workspace* workspace);

  // Turns the gradient of the output (which is overwritten) into that of x, in the workspace; adds
  // to `gradients` and to the pass's observation. The tape is overwritten. If `begun`, the state
  // before the first step was that of Begin. Otherwise it is a constant (truncated
  // back-propagation), unless `ends` requests its gradient.
  Matrix Backward(const Tape& tape, const SequenceLayout& layout, Matrix d_y, bool begun,
                  float* gradients, Workspace* workspace, const EndGradients& ends = {});

 private:
  struct Layer;
  template <typename Back>
  Matrix BackwardLayers(const Tape& tape, const SequenceLayout& layout, Matrix d_y, bool wants_d_x,
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
