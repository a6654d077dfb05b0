// What models of whole sequences begin with: token input, recurrent layers, dropout, over sequences
// of any lengths without padding.
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

// Not for concurrent use.
class SequenceEncoder {
 public:
  // Reads ids below `vocabulary`. A tied embedding is one that an output layer uses too.
  SequenceEncoder(const ModelSpec& spec, int64_t vocabulary, ParameterTable* table,
                  bool tied_embedding = false);

  void UseValues(const float* values);
  void Touch(const Batch& batch, BlockSet* touched) const;
  int64_t output_size() const { return rnn_.output_size(); }
  const Embedding& embedding() const { return input_.embedding(); }
  int64_t multiplications() const {  // of a row
    return input_.multiplications() + rnn_.shape().multiplications();
  }

  // The last layer's output, dropped: [layout().rows(), output_size()], in the workspace.
  ConstMatrix Forward(const Batch& batch, const Pass& pass, Workspace* workspace);
  // Without dropout.
  ConstMatrix Infer(const Batch& batch, Workspace* workspace);

  // The states of the recurrent layers after the last step of each sequence (RnnStack), as Forward
  // or Infer left them, in the workspace; state_size() elements.
  const float* state() const { return state_; }
  int64_t state_size() const { return rnn_.states() * layout_.batch() * rnn_.hidden_size(); }

  // From the gradients of Forward's output, which is used up, and of state(), where something was
  // made of it, to those of the parameters.
  void Backward(const Pass& pass, Matrix d_hidden, float* gradients, Workspace* workspace,
                const float* d_state = nullptr);

  // How the batch in hand is packed.
  const SequenceLayout& layout() const { return layout_; }

 private:
  ConstMatrix ReadTokens(const Batch& batch, const Pass* pass, Workspace* workspace);
  void BeginState(const Pass* pass, Workspace* workspace);

  TokenInput input_;
  RnnStack rnn_;
  Dropout output_dropout_;
  const float* values_ = nullptr;
  // Of the batch in hand; kept for their memory.
  SequenceLayout layout_;
  RnnStack::Tape tape_;
  Dropout::Mask mask_;
  std::vector<int32_t> ids_;
  float* state_ = nullptr;
};

}  // namespace elman
