// Interface of the layers of a language model between the token vectors and the output layer. They
// compute, for each token, the vector from which the next token is predicted.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// All sequences of a layout have equal lengths: row t * batch + b. Call Read before every Forward
// and Infer, with the same layout and carry. Not thread-safe.
class ContextLayers {
 public:
  virtual ~ContextLayers() = default;

  // Sets the parameter values for the following passes. Call it again after every change of the
  // values.
  virtual void UseValues(const float* values) = 0;

  // The state carried from one batch to the next: carry_states() matrices [batch, carry_width()].
  virtual int64_t carry_states() const = 0;
  virtual int64_t carry_width() const = 0;
  // Fills `carry` with the state before the first step of every sequence. `pass` is null outside
  // training.
  virtual void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const = 0;

  // `inputs` are the tokens of the layout's rows. Returns the tokens, negative for none, whose
  // vectors are the rows of x in Forward and Infer. The result is valid until the next call and no
  // longer than `inputs`.
  virtual std::span<const int32_t> Read(const SequenceLayout& layout,
                                        std::span<const int32_t> inputs, float* carry) = 0;

  // Maps x [tokens read, embedding] to [rows, output_size()], in the workspace. Both must not be
  // changed until the backward pass. On return, `carry` is the state after the end of every
  // sequence.
  virtual ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                              float* carry, Workspace* workspace) = 0;
  // Like Forward, without dropout and without a backward pass.
  virtual ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                            Workspace* workspace) = 0;

  // The backward pass of the last Forward. Turns the gradient of the output (which is overwritten)
  // into that of x, in the workspace; adds to `gradients`. `begun`: the state before the first step
  // was that of Begin.
  virtual Matrix Backward(const SequenceLayout& layout, Matrix d_y, bool begun, float* gradients,
                          Workspace* workspace) = 0;

  virtual int64_t output_size() const = 0;
  // Multiplications in the matrix products of one row, forward pass only.
  virtual int64_t multiplications() const = 0;
};

}  // namespace elman
