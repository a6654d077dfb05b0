// One recurrent layer in one direction: its parameters, its initial state, and its passes over a
// batch of sequences.
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
    kLearned,  // one vector of parameters for all sequences
    kRandom,   // uniform in [-range, range) in training, otherwise zero
  };
  Kind kind = Kind::kZero;
  float range = 0;
};

// Sizes and options of a recurrent layer in one direction.
struct RecurrenceShape {
  Cell cell = Cell::kLstm;
  int64_t input_size = 0;
  int64_t hidden_size = 0;
  // The input is already multiplied by the input weights: the input size is the size of the gates,
  // and the layer has no input weights.
  bool projected_input = false;
  float weight_dropout = 0;  // on the hidden-to-hidden matrix; one mask per step
  Initializer input_initializer;
  Initializer hidden_initializer;
  float forget_bias = 0;  // only for LSTMs
  InitialState initial_state = {};
};

// Not thread-safe, because a recurrence owns its kernel.
class Recurrence {
 public:
  // `site` distinguishes the random numbers of the recurrences of a model.
  Recurrence(const std::string& name, uint32_t site, const RecurrenceShape& shape,
             ParameterTable* table);

  // Sets the parameter values for the following passes. Call it again after every change of the
  // values.
  void UseValues(const float* values);

  // Fills `state`, [batch, hidden] with rows in the order of the layout. `pass` is null outside
  // training.
  void Begin(const Pass* pass, const SequenceLayout& layout, RecurrentState state) const;

  // Maps x [rows, input] to y [rows, hidden], in the workspace; x must not be changed until the
  // backward pass. `state` enters as the state before the first step and leaves as the state of
  // every sequence after its last step. Where the layout restarts a sequence, its state is that of
  // Begin.
  Matrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                 RecurrentState state, RecurrentTape* tape, Workspace* workspace);
  Matrix Infer(const SequenceLayout& layout, ConstMatrix x, RecurrentState state,
               Workspace* workspace);

  // Turns the gradients of y and of the state after the last step (null if that is not used) into
  // the gradient of x, in the workspace; adds to `gradients`. The tape is overwritten. `begun`: the
  // state before the first step was that of Begin. Otherwise it is an input, and its gradient is
  // written to `d_before` unless that is null.
  Matrix Backward(const RecurrentTape& tape, const SequenceLayout& layout, ConstMatrix d_y,
                  ConstRecurrentState d_last, bool begun, RecurrentState d_before, float* gradients,
                  Workspace* workspace);

  // Measures how such gradients propagate back through time (RecurrentKernel::FollowBack). Call it
  // before Backward; it does not change the tape. Returns the gradient of x, in the workspace, if
  // requested.
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
  // Unused ones are empty, depending on the cell and the initial state.
  RecurrentWeightsOf<Parameter> parameters_;
  RecurrentStateOf<Parameter> initial_;
  WeightDropout weight_dropout_;
  std::unique_ptr<RecurrentKernel> kernel_;
  const float* values_ = nullptr;
  // The step whose dropped weights the kernel uses, or kWhole.
  int64_t prepared_ = kNothing;
};

}  // namespace elman
