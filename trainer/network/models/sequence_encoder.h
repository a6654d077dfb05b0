// The common first part of models of whole sequences: token input, recurrent layers and dropout,
// for sequences of different lengths without padding.
#pragma once

#include <cstdint>
#include <vector>

#include "data/batches/batch.h"
#include "proto/model.pb.h"
#include "trainer/network/layers/dropout.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/token_input.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {

// Not thread-safe.
class SequenceEncoder {
 public:
  // Reads ids below `vocabulary`. `tied_embedding`: an output layer also uses the table.
  SequenceEncoder(const ModelSpec& spec, int64_t vocabulary, ParameterTable* table,
                  bool tied_embedding = false);

  void UseValues(const float* values);
  void Touch(const Batch& batch, BlockSet* touched) const;
  int64_t output_size() const { return rnn_.output_size(); }
  const Embedding& embedding() const { return input_.embedding(); }
  int64_t multiplications() const {  // per row
    return input_.multiplications() + rnn_.shape().multiplications();
  }

  // Returns the last layer's output after dropout, [layout().rows(), output_size()], in the
  // workspace.
  ConstMatrix Forward(const Batch& batch, const Pass& pass, Workspace* workspace);
  // The same, without dropout.
  ConstMatrix Infer(const Batch& batch, Workspace* workspace);

  // The states of the recurrent layers (see RnnStack) after the last step of each sequence, from
  // the last Forward or Infer; state_size() elements in the workspace.
  const float* state() const { return state_; }
  int64_t state_size() const { return rnn_.states() * layout_.batch() * rnn_.hidden_size(); }

  // Adds the gradients of the parameters, given those of Forward's output (which is overwritten)
  // and of state() (null if it was not used).
  void Backward(const Pass& pass, Matrix d_hidden, float* gradients, Workspace* workspace,
                const float* d_state = nullptr);

  // The layout of the current batch.
  const SequenceLayout& layout() const { return layout_; }

 private:
  ConstMatrix ReadTokens(const Batch& batch, const Pass* pass, Workspace* workspace);
  void BeginState(const Pass* pass, Workspace* workspace);

  TokenInput input_;
  RnnStack rnn_;
  Dropout output_dropout_;
  const float* values_ = nullptr;
  // Of the current batch; members, so that their memory is reused.
  SequenceLayout layout_;
  RnnStack::Tape tape_;
  Dropout::Mask mask_;
  std::vector<int32_t> ids_;
  float* state_ = nullptr;
};

}  // namespace elman
