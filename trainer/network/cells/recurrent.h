// Recurrent networks over whole sequences: one layer in one direction, forward and backward through
// time.
//
// Notation: x(t) input, h(t) hidden state and output, c(t) cell state, * elementwise.
//
//   tanh, relu  h(t) = g(x(t) W_x + h(t-1) W_h + b)                                     Elman, 1990
//   LSTM        i, f, o = sigmoid(...), z = tanh(...), each of x(t) W_x + h(t-1) W_h + b
//               c(t) = f * c(t-1) + i * z,  h(t) = o * tanh(c(t))     gates in the order i f z o
//   with peepholes  i, f also see p_i * c(t-1), p_f * c(t-1), and o sees p_o * c(t)
//                                                         Gers, Schraudolph and Schmidhuber, 2002
//   GRU         u, r = sigmoid(x W_x + h W_h + b),  z = tanh(x W_x + (r * h) W_h + b)
//               h(t) = u * h(t-1) + (1 - u) * z                       gates in the order u r z
//   linear-before-reset GRU   z = tanh(x W_x + r * (h W_h + b') + b)  a fourth bias, b', comes last
//   Jordan      a(t) = tanh(x(t) W_x + y(t-1) W_h + b),  y(t) = tanh(a(t) W_y + b_y): what comes
//               back is the output, which is also the state                           Jordan, 1986
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/transposition.h"
#include "trainer/network/math/workspace.h"

namespace elman {

enum class Cell { kTanh, kRelu, kLstm, kPeepholeLstm, kGru, kLinearBeforeResetGru, kJordan };

int GateCount(Cell cell);      // columns of W_x and W_h, in units of the hidden size
int BiasCount(Cell cell);      // of the bias, likewise
bool HasCellState(Cell cell);  // c beside h

// Where the weights of a layer are; the last three only where the cell has them. A layer without
// W_x is given what x(t) W_x would be.
template <typename View>
struct RecurrentWeightsOf {
  View input;        // W_x [input, gates * hidden]
  View hidden;       // W_h [hidden, gates * hidden]
  View bias;         // [1, biases * hidden]
  View peephole;     // p_i, p_f, p_o [3, hidden]
  View output;       // W_y [hidden, hidden]
  View output_bias;  // b_y [1, hidden]
};
using RecurrentWeights = RecurrentWeightsOf<ConstMatrix>;
using RecurrentGradients = RecurrentWeightsOf<Matrix>;  // backward passes add to them

// State at one end of a sequence: h (Jordan's y) and, for cells that have one, c; each [batch,
// hidden].
template <typename View>
struct RecurrentStateOf {
  View h;
  View c;

  operator RecurrentStateOf<ConstMatrix>() const { return {h, c}; }
};
using ConstRecurrentState = RecurrentStateOf<ConstMatrix>;
using RecurrentState = RecurrentStateOf<Matrix>;

// How many sequences take part in each time step. They are sorted by length, the longest first, so
// that a step has the first so many. Matrices are packed: the rows of the first step, then those of
// the second and so on, which without padding are as many as the sequences have steps.
using StepBatches = std::span<const int64_t>;

// Where a sequence is in truth another: before the step of such a packed row its state is not that
// after the step before, but its row of `state` [batches[0], hidden].
struct Restarts {
  std::span<const int32_t> rows = {};  // ascending
  ConstRecurrentState state = {};
};

// What a forward pass leaves for its backward pass; it lies in the workspace it was given.
struct RecurrentTape {
  ConstMatrix x;
  ConstRecurrentState initial;
  ConstMatrix y;
  Matrix gates;                 // [rows, gates * hidden], activated
  std::array<Matrix, 2> extra;  // [rows, hidden] each, what else the cell keeps
  Restarts restarts;
};

// Sums of squares over the units of each packed row: of the whole gradient of the state after its
// step, h as the next step, the output and what was made of the last state see it, and c as the
// next step sees it. Arrays of as many elements as there are rows; c null where the cell has none.
struct GradientSquares {
  double* h = nullptr;
  double* c = nullptr;
};

// A cell over whole sequences, on oneDNN's matrix products: what a step reads from outside is one
// product over all steps, as are the gradients of the weights; in between, each step has one
// product of its own and one sweep over its elements. Not for concurrent use.
class RecurrentKernel {
 public:
  RecurrentKernel(Cell cell, int64_t input_size, int64_t hidden_size);
  virtual ~RecurrentKernel();

  // Names the weights that the following passes use. Call it once after every change, and keep them
  // until the next call.
  void UseWeights(const RecurrentWeights& weights);

  // y [rows, hidden], and `last`, the state of every sequence after its own last step, from x
  // [rows, input] and the state before the first; states are [batches[0], hidden].
  RecurrentTape Forward(StepBatches batches, ConstMatrix x, ConstRecurrentState initial, Matrix y,
                        RecurrentState last, Workspace* workspace, const Restarts& restarts = {});

  // Back-propagation through time: from d_y (and d_last, where given) to d_x and d_initial, which
  // are overwritten, and to `gradients`, which are added to. The weights must be those of the
  // forward pass, whose tape is used up. Where given, d_restarted is added to: the gradient of
  // Restarts::state.
  void Backward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients, Workspace* workspace,
                RecurrentState d_restarted = {});

  // The same for its own sake: fills in `squares` and, where it has memory, d_x. Weights get no
  // gradients, and the tape, of which a copy is used up, can go through Backward afterwards.
  void FollowBack(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                  ConstRecurrentState d_last, Matrix d_x, const GradientSquares& squares,
                  Workspace* workspace);

 protected:
  // One time step: its rows of everything, and the state before it.
  struct Step {
    int64_t batch = 0;
    ConstRecurrentState before;
    Matrix gates;
    std::array<Matrix, 2> extra;
    Matrix y;
  };

  // How many of RecurrentTape::extra there are. Cells with a cell state keep it in the first.
  virtual int extras() const = 0;
  // From gates = x W_x to activated gates, extra and y.
  virtual void StepForward(const Step& step) = 0;
  // From the gradients of y and, in d_after, of the state after the step, to those of what the
  // gates were before activation, in step.gates, and of the state before the step, in d_after.
  // Peepholes have their gradients added here.
  virtual void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                            const RecurrentGradients& gradients) = 0;
  // Adds the gradients of all other weights but W_x. `before` is h before each row's step; gates
  // and extra are as Backward left them.
  virtual void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                            const RecurrentGradients& gradients) const = 0;

  int64_t hidden_size() const { return hidden_size_; }
  const RecurrentWeights& weights() const { return weights_; }
  ConstMatrix hidden_transposed() const { return hidden_.view; }  // W_h^T
  ConstMatrix output_transposed() const { return output_.view; }  // W_y^T

 private:
  // A weight matrix, transposed: products with it are faster than with the matrix read across.
  struct Transposed {
    void Update(ConstMatrix weights);
    std::unique_ptr<Transposition> transposition;
    std::vector<float> values;
    Matrix view;
  };
  Step StepAt(int64_t first_row, int64_t batch, const RecurrentTape& tape,
              const ConstRecurrentState& before) const;

  RecurrentState TakeState(int64_t batch, Workspace* workspace) const;
  void TransposeWeights();
  // From the last step to the first; leaves h before each row's step in h_before, and in the tape
  // the gradients of what its gates were before activation.
  void StepsBackward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                     ConstRecurrentState d_last, RecurrentState d_initial,
                     const RecurrentGradients& gradients, RecurrentState d_restarted,
                     const GradientSquares& squares, Matrix h_before, Workspace* workspace);
  void InputBackward(const RecurrentTape& tape, Matrix d_x) const;

  const Cell cell_;
  const int64_t input_size_;
  const int64_t hidden_size_;
  RecurrentWeights weights_;
  bool stale_ = true;  // the transposed are those of other weights
  Transposed input_, hidden_, output_;
};

}  // namespace elman
