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

#include <cstdint>
#include <memory>

#include "trainer/math/matrix.h"
#include "trainer/math/workspace.h"

namespace elman {

enum class Cell { kTanh, kRelu, kLstm, kPeepholeLstm, kGru, kLinearBeforeResetGru, kJordan };

int GateCount(Cell cell);      // columns of W_x and W_h, in units of the hidden size
int BiasCount(Cell cell);      // of the bias, likewise
bool HasCellState(Cell cell);  // c beside h

// Where the weights of a layer are; the last three only where the cell has them.
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

// What a forward pass for training leaves for its backward pass; it lies in the workspace it was
// given.
struct RecurrentTape {
  ConstMatrix x;
  ConstRecurrentState initial;
  ConstMatrix y;
  ConstRecurrentState last;
  std::byte* gates = nullptr;  // what else the cell keeps
};

// The work of one layer, prepared once for every shape (steps, batch). Not for concurrent use.
class RecurrentPrimitives {
 public:
  virtual ~RecurrentPrimitives() = default;

  // Names the weights that the following passes use. They may be laid out anew for the hardware
  // when first needed after this call, so call it once after every change, and keep them until the
  // next call.
  virtual void UseWeights(const RecurrentWeights& weights) = 0;

  // y [steps * batch, hidden] and the last state from x [steps * batch, input] and the initial
  // state. Rows are t * batch + b.
  virtual void Infer(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                     Matrix y, RecurrentState last, Workspace* workspace) = 0;

  // The same, keeping what Backward needs.
  virtual RecurrentTape Forward(int64_t steps, int64_t batch, ConstMatrix x,
                                ConstRecurrentState initial, Matrix y, RecurrentState last,
                                Workspace* workspace) = 0;

  // Back-propagation through time: from d_y (and d_last, where given) to d_x and d_initial, which
  // are overwritten, and to `gradients`, which are added to. The weights must be those of the
  // forward pass.
  virtual void Backward(int64_t steps, int64_t batch, const RecurrentTape& tape, ConstMatrix d_y,
                        ConstRecurrentState d_last, Matrix d_x, RecurrentState d_initial,
                        const RecurrentGradients& gradients, Workspace* workspace) = 0;
};

std::unique_ptr<RecurrentPrimitives> CreateRecurrentPrimitives(Cell cell, int64_t input_size,
                                                               int64_t hidden_size);

}  // namespace elman
