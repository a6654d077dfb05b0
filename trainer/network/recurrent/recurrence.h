// One recurrent layer in one direction: its parameters, the state it begins with, and its passes
// over a batch of sequences.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/network/cells/recurrent.h"
#include "trainer/network/layers/weight_dropout.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// The state before the first step of a sequence.
struct InitialState {
  enum class Kind {
    kZero,
    kLearned,  // a vector of parameters, the same for all sequences
    kRandom,   // in training uniform in [-range, range), else zero
  };
  Kind kind = Kind::kZero;
  float range = 0;
};

struct RecurrenceShape {
  Cell cell = Cell::kLstm;
  int64_t input_size = 0;
  int64_t hidden_size = 0;
  // What the layer reads is multiplied by its input weights already: the input size is that of its
  // gates, and it has no such weights.
  bool projected_input = false;
  float weight_dropout = 0;  // of elements of the hidden-to-hidden matrix, one mask a step
  Initializer input_initializer;
  Initializer hidden_initializer;
  float forget_bias = 0;  // LSTMs only
  InitialState initial_state = {};
};

// Not for concurrent use: a recurrence owns its kernel.
class Recurrence {
 public:
  // `site` tells the recurrences of a model apart.
  Recurrence(const std::string& name, uint32_t site, const RecurrenceShape& shape,
             ParameterTable* table);

  // Names the parameter values the following passes use; call again after every change.
  void UseValues(const float* values);

  // States are [batch, hidden] with rows in the order of the layout. For a training pass, or
  // null for another.
  void Begin(const Pass* pass, const SequenceLayout& layout, RecurrentState state) const;

  // x [rows, input] to y [rows, hidden], in the workspace; x must stay as it is until the backward
  // pass. `state` goes in as the state before the first step and comes out as that of every
  // sequence after its last. Where the layout restarts a sequence, its state is that of Begin.
  Matrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                 RecurrentState state, RecurrentTape* tape, Workspace* workspace);
  Matrix Infer(const SequenceLayout& layout, ConstMatrix x, RecurrentState state,
               Workspace* workspace);

  // From the gradients of y and of the state after the last step (none: it is not used) to that of
  // x, in the workspace; adds to `gradients`. Uses the tape up. `begun`: the state before the first
  // step was that of Begin, otherwise it was given: its gradient goes to `d_before` where wanted.
  Matrix Backward(const RecurrentTape& tape, const SequenceLayout& layout, ConstMatrix d_y,
                  ConstRecurrentState d_last, bool begun, RecurrentState d_before, float* gradients,
                  Workspace* workspace);

  // Before Backward, which it leaves as it is: how such gradients go back through time
  // (RecurrentKernel::FollowBack). Gives that of x, in the workspace, unless it is not wanted.
  Matrix FollowBack(const RecurrentTape& tape, const SequenceLayout& layout, ConstMatrix d_y,
                    ConstRecurrentState d_last, bool wants_d_x, const GradientSquares& squares,
                    Workspace* workspace);

  int64_t input_size() const { return shape_.input_size; }
  Cell cell() const { return shape_.cell; }

 private:
  void Prepare(const Pass* pass);
  RecurrentState TakeState(int64_t batch, Workspace* workspace) const;
  Matrix Run(const Pass* pass, const SequenceLayout& layout, ConstMatrix x, RecurrentState state,
             RecurrentTape* tape, Workspace* workspace);

  static constexpr int64_t kNothing = -2, kWhole = -1;

  const RecurrenceShape shape_;
  const uint32_t site_;
  // Some of them empty, as the cell and the initial state have it.
  RecurrentWeightsOf<Parameter> parameters_;
  RecurrentStateOf<Parameter> initial_;
  WeightDropout weight_dropout_;
  std::unique_ptr<RecurrentKernel> kernel_;
  const float* values_ = nullptr;
  int64_t prepared_ = kNothing;  // the step whose dropped weights the kernel uses, or kWhole
};

}  // namespace elman
