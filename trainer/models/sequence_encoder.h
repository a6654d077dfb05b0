// What models of whole sequences begin with: embedding, recurrent layers, dropout, over sequences
// of any lengths without padding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/batches/batch.h"
#include "proto/model.pb.h"
#include "trainer/math/block_set.h"
#include "trainer/math/workspace.h"
#include "trainer/nn/dropout.h"
#include "trainer/nn/embedding.h"
#include "trainer/nn/parameters.h"
#include "trainer/nn/pass.h"
#include "trainer/nn/rnn_stack.h"
#include "trainer/nn/sequence_layout.h"

namespace elman {

// Not for concurrent use.
class SequenceEncoder {
 public:
  // Reads ids below `vocabulary`.
  SequenceEncoder(const ModelSpec& spec, int64_t vocabulary, ParameterTable* table);

  void UseValues(const float* values);
  void Touch(const Batch& batch, BlockSet* touched) const;
  int64_t output_size() const { return rnn_.output_size(); }

  // The last layer's output, dropped: [layout().rows(), output_size()], in the workspace.
  ConstMatrix Forward(const Batch& batch, const Pass& pass, Workspace* workspace);
  // Without dropout.
  ConstMatrix Infer(const Batch& batch, Workspace* workspace);

  // From the gradient of Forward's output, which is used up, to those of the parameters.
  void Backward(const Pass& pass, Matrix d_hidden, float* gradients, Workspace* workspace);

  // How the batch in hand is packed.
  const SequenceLayout& layout() const { return layout_; }

  // What a batch has for every time step, [steps, rows], in packed rows.
  void PackInto(const Batch& batch, std::span<const int32_t> values,
                std::vector<int32_t>* packed) const;

 private:
  Matrix Embed(const Batch& batch, const Pass* pass, Workspace* workspace);
  float* BeginState(const Pass* pass, Workspace* workspace) const;

  Embedding embedding_;
  RnnStack rnn_;
  Dropout output_dropout_;
  const float* values_ = nullptr;
  // Of the batch in hand; kept for their memory.
  SequenceLayout layout_;
  RnnStack::Tape tape_;
  Dropout::Mask mask_;
  std::vector<int32_t> ids_;
};

}  // namespace elman
