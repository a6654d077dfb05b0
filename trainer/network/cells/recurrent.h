// Recurrent networks over whole sequences: one layer in one direction, with back-propagation
// through time.
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
//   linear-before-reset GRU   z = tanh(x W_x + r * (h W_h + b') + b)  the bias has b' after u r z
//   Jordan      a(t) = tanh(x(t) W_x + y(t-1) W_h + b),  y(t) = tanh(a(t) W_y + b_y): the output
//               is fed back; it is also the state                                     Jordan, 1986
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
int BiasCount(Cell cell);      // of the bias, in units of the hidden size
bool HasCellState(Cell cell);  // whether the cell has c in addition to h

// The weights of a layer. The last three exist only for some cells. A layer without W_x gets x(t)
// W_x as its input.
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
// Backward passes add to them.
using RecurrentGradients = RecurrentWeightsOf<Matrix>;

// The state at one end of a sequence: h (for Jordan y) and, if the cell has one, c; each [batch,
// hidden].
template <typename View>
struct RecurrentStateOf {
  View h;
  View c;

  // NOLINTNEXTLINE(google-explicit-constructor): as with the views, to a state of constants
  operator RecurrentStateOf<ConstMatrix>() const { return {h, c}; }
};
using ConstRecurrentState = RecurrentStateOf<ConstMatrix>;
using RecurrentState = RecurrentStateOf<Matrix>;

// The number of active sequences per time step. Sequences are sorted by descending length, so the
// active ones are always the first. Matrices are packed: the rows of the first step, then those of
// the second step and so on, without padding.
using StepBatches = std::span<const int64_t>;

// Places where a sequence restarts: before the step of such a packed row, the state is the row of
// `state` [batches[0], hidden] of that sequence instead of the state after the previous step.
struct Restarts {
  std::span<const int32_t> rows = {};  // ascending
  ConstRecurrentState state = {};
};

// What a backward pass needs from its forward pass; memory of the workspace.
struct RecurrentTape {
  ConstMatrix x;
  ConstRecurrentState initial;
  ConstMatrix y;
  Matrix gates;                 // [rows, gates * hidden], activated
  std::array<Matrix, 2> extra;  // [rows, hidden] each; other values that the cell keeps
  Restarts restarts;
};

// Squared norms, per packed row, of the gradient of the state after its step. For h this is the
// total gradient (from the next step, the output and uses of the last state); for c it is the
// gradient from the next step. One element per row; c is null if the cell has none.
struct GradientSquares {
  double* h = nullptr;
  double* c = nullptr;
};

// Runs a cell over whole sequences with oneDNN's matrix products. The product with the input is
// computed for all steps at once, and so are the weight gradients. Each step has one product and
// one elementwise sweep. Not thread-safe.
class RecurrentKernel {
 public:
  RecurrentKernel(Cell cell, int64_t input_size, int64_t hidden_size);
  virtual ~RecurrentKernel();

  // Sets the weights of the following passes. Call it after every change; the weights must stay
  // valid until the next call.
  void UseWeights(const RecurrentWeights& weights);

  // Computes y [rows, hidden] and `last`, the state of every sequence after its last step, from x
  // [rows, input] and the initial state. States are [batches[0], hidden].
  RecurrentTape Forward(StepBatches batches, ConstMatrix x, ConstRecurrentState initial, Matrix y,
                        RecurrentState last, Workspace* workspace, const Restarts& restarts = {});

  // Back-propagation through time. Computes d_x and d_initial, which are overwritten, from d_y and
  // d_last (if given), and adds to `gradients`. The weights must be those of the forward pass; the
  // tape is overwritten. If given, d_restarted gets the gradient of Restarts::state added.
  void Backward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                const RecurrentGradients& gradients, Workspace* workspace,
                RecurrentState d_restarted = {});

  // The same for diagnostics: writes `squares` and, if it has memory, d_x. There are no weight
  // gradients. Works on a copy of the tape, which Backward can use afterwards.
  void FollowBack(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                  ConstRecurrentState d_last, Matrix d_x, const GradientSquares& squares,
                  Workspace* workspace);

 protected:
  // One time step: its rows of all matrices, and the state before it.
  struct Step {
    int64_t batch = 0;
    ConstRecurrentState before;
    Matrix gates;
    std::array<Matrix, 2> extra;
    Matrix y;
  };

  // Number of RecurrentTape::extra matrices in use. Cells with a cell state keep it in the first.
  virtual int extras() const = 0;
  // Turns gates = x W_x into activated gates, and computes extra and y.
  virtual void StepForward(const Step& step) = 0;
  // Computes the gradients of the pre-activations, in step.gates, and of the state before the step,
  // in d_after, from the gradients of y and of the state after the step (d_after). Adds the
  // gradients of peepholes.
  virtual void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                            const RecurrentGradients& gradients) = 0;
  // Adds the gradients of all other weights except W_x. `before` is h before the step of each row;
  // gates and extra are as StepBackward left them.
  virtual void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                            const RecurrentGradients& gradients) const = 0;

  int64_t hidden_size() const { return hidden_size_; }
  const RecurrentWeights& weights() const { return weights_; }
  ConstMatrix hidden_transposed() const { return hidden_.view; }  // W_h^T
  ConstMatrix output_transposed() const { return output_.view; }  // W_y^T

 private:
  // A transposed weight matrix: products with it are faster than with the original read by columns.
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
  // Runs from the last step to the first. On return, h_before has h before the step of each row,
  // and the tape has the gradients of the pre-activations.
  void StepsBackward(StepBatches batches, const RecurrentTape& tape, ConstMatrix d_y,
                     ConstRecurrentState d_last, RecurrentState d_initial,
                     const RecurrentGradients& gradients, RecurrentState d_restarted,
                     const GradientSquares& squares, Matrix h_before, Workspace* workspace);
  void InputBackward(const RecurrentTape& tape, Matrix d_x) const;

  const Cell cell_;
  const int64_t input_size_;
  const int64_t hidden_size_;
  RecurrentWeights weights_;
  bool stale_ = true;  // the transposed matrices are out of date
  Transposed input_, hidden_, output_;
};

}  // namespace elman
