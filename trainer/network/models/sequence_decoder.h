// The decoder of a translator: embedding, recurrent layers with given initial states, and attention
// to the outputs of an encoder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/batches/batch.h"
#include "proto/model.pb.h"
#include "trainer/network/layers/attention.h"
#include "trainer/network/layers/dropout.h"
#include "trainer/network/layers/embedding.h"
#include "trainer/network/layers/tanh_layer.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/rows_by_sequence.h"
#include "trainer/network/parameters/sequence_layout.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {

// Not thread-safe.
class SequenceDecoder {
 public:
  // Reads ids below `vocabulary`, with its own embedding or the given one, and attends to a memory
  // with vectors of `memory_size` elements.
  SequenceDecoder(const ModelSpec& spec, int64_t vocabulary, int64_t memory_size,
                  const Embedding* shared, ParameterTable* table);

  void UseValues(const float* values);
  void Touch(const Batch& batch, BlockSet* touched) const;
  const Embedding& embedding() const { return embedding_; }
  int64_t output_size() const { return output_size_; }
  // The states of the recurrent layers: states() matrices [sequences, hidden_size()] (see
  // RnnStack).
  int states() const { return rnn_.states(); }
  int64_t hidden_size() const { return rnn_.hidden_size(); }
  // Multiplications in the matrix products of the current batch, forward pass only.
  int64_t Multiplications(const Attention::Memory& memory) const;

  // Prepares the attention memory from the rows of `encoded`, ordered by sequence. `begins` must
  // outlive the result.
  Attention::Memory Remember(ConstMatrix encoded, Attention::Begins begins,
                             Workspace* workspace) const;

  // Stores the target inputs of a batch for the following passes and returns their layout.
  const SequenceLayout& Begin(const Batch& batch);

  // Maps the stored inputs to the vectors from which words are predicted, [rows, output_size()], in
  // the workspace. `state` enters as the states before the first step and leaves as those after the
  // last one. Infer is Forward without dropout.
  ConstMatrix Forward(const Pass& pass, const Attention::Memory& memory, float* state,
                      Workspace* workspace);
  ConstMatrix Infer(const Attention::Memory& memory, float* state, Workspace* workspace);

  // One time step of hypotheses: those of sequence b are the rows [begins[b], begins[b + 1]) of
  // `ids` and of the states. Unless it is null, `*weights` is set to the attention weights, one
  // matrix [hypotheses, words] per sequence, or to null if there is no attention.
  ConstMatrix Step(std::span<const int32_t> ids, Attention::Begins begins,
                   const Attention::Memory& memory, float* state, const float** weights,
                   Workspace* workspace);

  // Turns the gradient of Forward's output, which is overwritten, into those of the memory and of
  // the states before the first step, which are overwritten too; adds to `gradients`.
  void Backward(const Pass& pass, const Attention::Memory& memory, Matrix d_output, Matrix d_memory,
                float* d_state, float* gradients, Workspace* workspace);

 private:
  ConstMatrix Attend(const Attention::Memory& memory, ConstMatrix hidden, Attention::Keep keep,
                     Workspace* workspace);
  Matrix AttendBackward(const Pass& pass, const Attention::Memory& memory, Matrix d_output,
                        Matrix d_memory, float* gradients, Workspace* workspace);

  const std::optional<Embedding> own_embedding_;
  const Embedding& embedding_;
  RnnStack rnn_;
  std::optional<Attention> attention_;
  const int64_t output_size_;
  const TanhLayer output_;
  const Dropout output_dropout_;
  const float* values_ = nullptr;
  // Of the current batch; members, so that their memory is reused.
  SequenceLayout layout_;
  RowsBySequence rows_;
  std::vector<int32_t> ids_;
  RnnStack::Tape rnn_tape_;
  Attention::Tape attention_tape_;
  Dropout::Mask mask_;
  ConstMatrix queries_, joined_, attended_;
};

}  // namespace elman
