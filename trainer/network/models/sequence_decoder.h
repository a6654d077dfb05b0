// What writes a sequence word by word: embedding, recurrent layers that begin in given states, and
// attention to what an encoder has made of another sequence.
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

// Not for concurrent use.
class SequenceDecoder {
 public:
  // Reads ids below `vocabulary` by an embedding of its own or, if given, one of another, and
  // attends to outputs of `memory_size` elements.
  SequenceDecoder(const ModelSpec& spec, int64_t vocabulary, int64_t memory_size,
                  const Embedding* shared, ParameterTable* table);

  void UseValues(const float* values);
  void Touch(const Batch& batch, BlockSet* touched) const;
  const Embedding& embedding() const { return embedding_; }
  int64_t output_size() const { return output_size_; }
  // Of the recurrent layers: states() matrices [sequences, hidden_size()] (RnnStack).
  int states() const { return rnn_.states(); }
  int64_t hidden_size() const { return rnn_.hidden_size(); }
  // In the matrix products of the batch in hand, forward.
  int64_t Multiplications(const Attention::Memory& memory) const;

  // What the rows of `encoded`, sequence by sequence, are to attention; `begins` must stay.
  Attention::Memory Remember(ConstMatrix encoded, Attention::Begins begins,
                             Workspace* workspace) const;

  // Takes the target inputs of a batch for the passes that follow; gives how they are packed.
  const SequenceLayout& Begin(const Batch& batch);

  // From these and the states before the first, which move on, to what words are predicted from,
  // [rows, output_size()], in the workspace. Infer is without dropout.
  ConstMatrix Forward(const Pass& pass, const Attention::Memory& memory, float* state,
                      Workspace* workspace);
  ConstMatrix Infer(const Attention::Memory& memory, float* state, Workspace* workspace);

  // One time step of hypotheses: sequence b has the rows [begins[b], begins[b + 1]) of `ids` and of
  // the states. `weights`, unless null, is set to those of the attention, sequence by sequence
  // matrices [hypotheses, words], or to null where there is none.
  ConstMatrix Step(std::span<const int32_t> ids, Attention::Begins begins,
                   const Attention::Memory& memory, float* state, const float** weights,
                   Workspace* workspace);

  // From the gradient of Forward's output, which is used up, to those of the memory and of the
  // states before the first step, which are overwritten; adds to `gradients`.
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
  // Of the batch in hand; kept for their memory.
  SequenceLayout layout_;
  RowsBySequence rows_;
  std::vector<int32_t> ids_;
  RnnStack::Tape rnn_tape_;
  Attention::Tape attention_tape_;
  Dropout::Mask mask_;
  ConstMatrix queries_, joined_, attended_;
};

}  // namespace elman
