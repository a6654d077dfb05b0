#include "trainer/network/models/sequence_encoder.h"

#include "trainer/network/models/spec_shapes.h"

namespace elman {

SequenceEncoder::SequenceEncoder(const ModelSpec& spec, int64_t vocabulary, ParameterTable* table,
                                 bool tied_embedding)
    : input_(spec, vocabulary, tied_embedding, table),
      rnn_("layer", StackShape(spec), table),
      output_dropout_(DropoutAt(spec.output_dropout(), spec), spec.variational_dropout(),
                      /*site=*/spec.layers()) {}

void SequenceEncoder::UseValues(const float* values) {
  values_ = values;
  rnn_.UseValues(values);
}

void SequenceEncoder::Touch(const Batch& batch, BlockSet* touched) const {
  input_.Touch(batch.inputs, touched);
}

ConstMatrix SequenceEncoder::ReadTokens(const Batch& batch, const Pass* pass,
                                        Workspace* workspace) {
  if (batch.lengths.empty()) layout_.Assign(batch.steps, batch.rows);
  if (!batch.lengths.empty()) layout_.Assign(batch.lengths);
  layout_.PackInto(batch.inputs, &ids_);
  return input_.Forward(values_, pass, layout_, ids_, batch.features.values, workspace);
}

void SequenceEncoder::BeginState(const Pass* pass, Workspace* workspace) {
  state_ = workspace->Floats(state_size());
  rnn_.Begin(pass, layout_, state_);
}

ConstMatrix SequenceEncoder::Forward(const Batch& batch, const Pass& pass, Workspace* workspace) {
  const ConstMatrix x = ReadTokens(batch, &pass, workspace);
  BeginState(&pass, workspace);
  const ConstMatrix y = rnn_.Forward(pass, layout_, x, state_, &tape_, workspace);
  return output_dropout_.Forward(pass, layout_, y, &mask_, workspace);
}

ConstMatrix SequenceEncoder::Infer(const Batch& batch, Workspace* workspace) {
  const ConstMatrix x = ReadTokens(batch, /*pass=*/nullptr, workspace);
  BeginState(/*pass=*/nullptr, workspace);
  return rnn_.Infer(layout_, x, state_, workspace);
}

void SequenceEncoder::Backward(const Pass& pass, Matrix d_hidden, float* gradients,
                               Workspace* workspace, const float* d_state) {
  Dropout::Backward(mask_, d_hidden);
  const Matrix d_x = rnn_.Backward(tape_, layout_, d_hidden, /*begun=*/true, gradients, workspace,
                                   {.last = d_state, .before = nullptr});
  input_.Backward(ids_, pass, d_x, gradients, workspace);
}

}  // namespace elman
