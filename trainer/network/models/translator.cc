#include "trainer/network/models/translator.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

// Output dropout applies to the vectors from which words are predicted, not to the attention
// memory.
ModelSpec EncoderSpec(ModelSpec spec) {
  spec.set_output_dropout(0);
  return spec;
}

bool SharesEmbeddings(const ModelSpec& spec) { return spec.translation().shared_embeddings(); }

}  // namespace

Translator::Translator(const ModelSpec& spec, int64_t source_vocabulary, int64_t target_vocabulary,
                       int64_t predicted)
    : encoder_(EncoderSpec(spec), source_vocabulary, &parameters_,
               /*tied_embedding=*/SharesEmbeddings(spec) && spec.tied_embeddings()),
      bridge_("bridge", StackShape(spec), DecoderShape(spec), WeightInitializer(spec.initializer()),
              &parameters_),
      decoder_(spec, target_vocabulary, encoder_.output_size(),
               SharesEmbeddings(spec) ? &encoder_.embedding() : nullptr, &parameters_),
      output_(MakeOutput(spec, predicted)) {
  if (SharesEmbeddings(spec)) CHECK_EQ(source_vocabulary, target_vocabulary);
}

VocabularyLoss Translator::MakeOutput(const ModelSpec& spec, int64_t predicted) {
  const float smoothing = spec.translation().label_smoothing();
  if (spec.tied_embeddings())
    return VocabularyLoss("output", predicted, decoder_.embedding().table(), &parameters_,
                          smoothing);
  return VocabularyLoss("output", predicted, decoder_.output_size(),
                        WeightInitializer(spec.initializer()), &parameters_, smoothing);
}

void Translator::UseValues(const float* values) {
  values_ = values;
  encoder_.UseValues(values);
  decoder_.UseValues(values);
}

void Translator::Touch(const Batch& batch, BlockSet* touched) const {
  encoder_.Touch(batch, touched);
  decoder_.Touch(batch, touched);
}

Attention::Memory Translator::Remember(ConstMatrix encoded, Workspace* workspace) {
  source_rows_.Assign(encoder_.layout());
  return decoder_.Remember(source_rows_.Gather(encoded, workspace), source_rows_.begins, workspace);
}

float* Translator::BeginState(const SequenceLayout& layout, Workspace* workspace) {
  float* const state = workspace->Floats(StateSize(layout));
  bridge_.Forward(values_, encoder_.layout(), encoder_.state(), layout, state, &bridge_tape_,
                  workspace);
  return state;
}

LossSums Translator::Train(const Batch& batch, const Pass& pass, float* /*carry*/, float* gradients,
                           Workspace* workspace) {
  const ConstMatrix encoded = encoder_.Forward(batch, pass, workspace);
  const Attention::Memory memory = Remember(encoded, workspace);
  const SequenceLayout& layout = decoder_.Begin(batch);
  float* const state = BeginState(layout, workspace);
  const ConstMatrix hidden = decoder_.Forward(pass, memory, state, workspace);

  // The output layer runs forward and backward in one pass; most of its time is the backward part.
  if (pass.clock) pass.clock->Enter(Phase::kBackward);
  layout.PackInto(batch.targets, &targets_);
  const Matrix d_hidden = workspace->Take(hidden.rows, hidden.cols);
  const double loss = TrainOutput(pass, hidden, d_hidden, gradients, workspace);

  const Matrix d_memory = workspace->Take(encoded.rows, encoded.cols);
  float* const d_state = workspace->Floats(StateSize(layout));
  decoder_.Backward(pass, memory, d_hidden, d_memory, d_state, gradients, workspace);
  float* const d_encoder_state = workspace->Floats(encoder_.state_size());
  bridge_.Backward(values_, encoder_.layout(), d_encoder_state, layout, d_state, bridge_tape_,
                   gradients, workspace);
  encoder_.Backward(pass, source_rows_.Scatter(d_memory, workspace), gradients, workspace,
                    d_encoder_state);
  const int64_t positions = encoded.rows + hidden.rows;
  return {.loss = loss,
          .targets = batch.target_count,
          .positions = positions,
          .computed = positions,
          .multiplications = encoded.rows * encoder_.multiplications() +
                             decoder_.Multiplications(memory) +
                             hidden.rows * hidden.cols * output_.vocabulary(),
          .tokens = batch.target_count};
}

double Translator::TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden,
                               float* gradients, Workspace* workspace) {
  const TimedSpan span(pass.clock, "output forward and backward");
  return output_.Train(values_, hidden, targets_, d_hidden, gradients, workspace);
}

void Translator::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                          Workspace* workspace) {
  CHECK_EQ(losses.size(), batch.targets.size());
  const Attention::Memory memory = Remember(encoder_.Infer(batch, workspace), workspace);
  const SequenceLayout& layout = decoder_.Begin(batch);
  const ConstMatrix hidden = decoder_.Infer(memory, BeginState(layout, workspace), workspace);
  layout.PackInto(batch.targets, &targets_);
  losses_.resize(layout.rows());
  output_.Evaluate(values_, hidden, targets_, losses_, workspace);
  std::ranges::fill(losses, 0.0);
  for (int64_t row = 0; row < layout.rows(); ++row) {
    const SequenceLayout::Place& place = layout.places()[row];
    losses[place.step * batch.rows + place.sequence] = losses_[row];
  }
}

Translator::Sources Translator::Read(const Batch& batch, Workspace* workspace) {
  const ConstMatrix encoded = encoder_.Infer(batch, workspace);
  // In a layout with one step, sequences are in the order of the batch.
  return {.memory = Remember(encoded, workspace),
          .state = BeginState(SequenceLayout(/*steps=*/1, batch.rows), workspace)};
}

void Translator::Predict(const Sources& sources, std::span<const int32_t> tokens,
                         std::span<const int64_t> begins, float* state, Matrix logits,
                         const float** weights, Workspace* workspace) {
  output_.Logits(values_, decoder_.Step(tokens, begins, sources.memory, state, weights, workspace),
                 logits);
}

}  // namespace elman
