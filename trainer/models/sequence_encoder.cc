#include "trainer/models/sequence_encoder.h"

#include "trainer/math/check.h"
#include "trainer/models/spec_shapes.h"

namespace elman {

SequenceEncoder::SequenceEncoder(const ModelSpec& spec, int64_t vocabulary, ParameterTable* table)
    : embedding_("embedding", vocabulary, spec.embedding_size(),
                 WeightInitializer(spec.initializer()), spec.embedding_dropout(), /*sparse=*/true,
                 table),
      rnn_("layer", StackShape(spec), table),
      output_dropout_(DropoutAt(spec.output_dropout(), spec), spec.variational_dropout(),
                      /*site=*/spec.layers()) {}

void SequenceEncoder::UseValues(const float* values) {
  values_ = values;
  rnn_.UseValues(values);
}

void SequenceEncoder::Touch(const Batch& batch, BlockSet* touched) const {
  embedding_.Touch(batch.inputs, touched);
}

void SequenceEncoder::PackInto(const Batch& batch, std::span<const int32_t> values,
                               std::vector<int32_t>* packed) const {
  CHECK_EQ(static_cast<int64_t>(values.size()), int64_t{batch.steps} * batch.rows);
  packed->resize(layout_.rows());
  for (int64_t row = 0; row < layout_.rows(); ++row) {
    const SequenceLayout::Place& place = layout_.places()[row];
    (*packed)[row] = values[place.step * batch.rows + place.sequence];
  }
}

Matrix SequenceEncoder::Embed(const Batch& batch, const Pass* pass, Workspace* workspace) {
  if (batch.lengths.empty()) layout_.Assign(batch.steps, batch.rows);
  if (!batch.lengths.empty()) layout_.Assign(batch.lengths);
  PackInto(batch, batch.inputs, &ids_);
  const Matrix x = workspace->Take(layout_.rows(), embedding_.size());
  embedding_.Forward(values_, ids_, pass, x);
  return x;
}

float* SequenceEncoder::BeginState(const Pass* pass, Workspace* workspace) const {
  float* const state = workspace->Floats(rnn_.states() * layout_.batch() * rnn_.hidden_size());
  rnn_.Begin(pass, layout_, state);
  return state;
}

ConstMatrix SequenceEncoder::Forward(const Batch& batch, const Pass& pass, Workspace* workspace) {
  const Matrix x = Embed(batch, &pass, workspace);
  float* const state = BeginState(&pass, workspace);
  const ConstMatrix y = rnn_.Forward(pass, layout_, x, state, &tape_, workspace);
  return output_dropout_.Forward(pass, layout_, y, &mask_, workspace);
}

ConstMatrix SequenceEncoder::Infer(const Batch& batch, Workspace* workspace) {
  const Matrix x = Embed(batch, /*pass=*/nullptr, workspace);
  return rnn_.Infer(layout_, x, BeginState(/*pass=*/nullptr, workspace), workspace);
}

void SequenceEncoder::Backward(const Pass& pass, Matrix d_hidden, float* gradients,
                               Workspace* workspace) {
  Dropout::Backward(mask_, d_hidden);
  const Matrix d_x = rnn_.Backward(tape_, layout_, d_hidden, /*begun=*/true, gradients, workspace);
  embedding_.Backward(ids_, pass, d_x, gradients);
}

}  // namespace elman
