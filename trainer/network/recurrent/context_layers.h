// The layers of a language model between the vectors of tokens and what the next token is predicted
// from: all that a model knows of what it has read.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// Sequences of a layout have equal lengths: row t * batch + b. Read is called before every Forward
// and Infer, with the same layout and carry. Not for concurrent use.
class ContextLayers {
 public:
  virtual ~ContextLayers() = default;

  // Names the parameter values the following passes use; call again after every change.
  virtual void UseValues(const float* values) = 0;

  // The state carried from one batch to the next: carry_states() matrices [batch, carry_width()].
  virtual int64_t carry_states() const = 0;
  virtual int64_t carry_width() const = 0;
  // Fills `carry` with the state before the first step of every sequence. `pass` is null outside
  // training.
  virtual void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const = 0;

  // From the tokens of the layout's rows to those, negative for none, whose vectors, one after
  // another, Forward and Infer read as x. Valid until the next call, or as long as `inputs`.
  virtual std::span<const int32_t> Read(const SequenceLayout& layout,
                                        std::span<const int32_t> inputs, float* carry) = 0;

  // x [tokens read, embedding] to [rows, output_size()], in the workspace; both must stay as they
  // are until the backward pass. `carry` has then moved to the end of every sequence.
  virtual ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                              float* carry, Workspace* workspace) = 0;
  // Without dropout, and not to go back from.
  virtual ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                            Workspace* workspace) = 0;

  // Of the last Forward: from the gradient of the output (which is used up) to that of x, in the
  // workspace; adds to `gradients`. `begun`: the state before the first step was that of Begin.
  virtual Matrix Backward(const SequenceLayout& layout, Matrix d_y, bool begun, float* gradients,
                          Workspace* workspace) = 0;

  virtual int64_t output_size() const = 0;
  // In the matrix products of a row, forward.
  virtual int64_t multiplications() const = 0;
};

}  // namespace elman
