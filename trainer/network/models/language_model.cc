#include "trainer/network/models/language_model.h"

#include <algorithm>
#include <iterator>

#include "trainer/network/layers/activation_penalty.h"
#include "trainer/network/math/random.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/network/recurrent/recurrent_context.h"
#include "trainer/network/recurrent/window_context.h"

namespace elman {
namespace {

std::unique_ptr<ContextLayers> MakeContext(const ModelSpec& spec, ParameterTable* table) {
  constexpr char kName[] = "layer";
  if (spec.fixed_window().tokens() > 0)
    return std::make_unique<WindowContext>(kName, WindowShapeOf(spec), table);
  return std::make_unique<RecurrentContext>(kName, StackShape(spec), table);
}

}  // namespace

LanguageModel::LanguageModel(const ModelSpec& spec, int64_t vocabulary, int64_t predicted)
    : reset_probability_(spec.initial_state().reset_probability()),
      activation_regularization_(spec.activation_regularization()),
      temporal_activation_regularization_(spec.temporal_activation_regularization()),
      input_(spec, vocabulary, spec.tied_embeddings(), &parameters_),
      context_(MakeContext(spec, &parameters_)),
      output_dropout_(DropoutAt(spec.output_dropout(), spec), spec.variational_dropout(),
                      /*site=*/spec.layers()),
      output_(MakeOutput(spec, predicted)),
      multiplications_(input_.multiplications() + context_->multiplications() +
                       (projection_ ? context_->output_size() * spec.embedding_size() : 0) +
                       (projection_ ? spec.embedding_size() : context_->output_size()) *
                           predicted) {}

VocabularyLoss LanguageModel::MakeOutput(const ModelSpec& spec, int64_t predicted) {
  const Initializer initializer = WeightInitializer(spec.initializer());
  if (!spec.tied_embeddings()) {
    return VocabularyLoss("output", predicted, context_->output_size(), initializer, &parameters_);
  }
  if (context_->output_size() != spec.embedding_size()) {
    projection_.emplace("projection", context_->output_size(), spec.embedding_size(), initializer,
                        &parameters_);
  }
  return VocabularyLoss("output", predicted, input_.embedding().table(), &parameters_);
}

void LanguageModel::UseValues(const float* values) {
  values_ = values;
  context_->UseValues(values);
}

void LanguageModel::Begin(int64_t rows, float* carry) {
  context_->Begin(/*pass=*/nullptr, SequenceLayout(/*steps=*/1, rows), carry);
}

void LanguageModel::Touch(const Batch& /*batch*/, BlockSet* touched) const {
  input_.Touch(read_, touched);
}

LossSums LanguageModel::Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                              Workspace* workspace) {
  const int64_t steps = batch.steps, rows = batch.rows, count = steps * rows;
  layout_.Assign(steps, rows);
  if (batch.starts_epoch) context_->Begin(&pass, layout_, carry);
  ChooseRestarts(batch, pass);
  layout_.RestartAt(restarts_);
  read_ = context_->Read(layout_, batch.inputs, carry);
  const ConstMatrix x =
      input_.Forward(values_, &pass, layout_, read_, batch.features.values, workspace);
  const ConstMatrix y = context_->Forward(pass, layout_, x, carry, workspace);
  Dropout::Mask mask;
  const ConstMatrix hidden = output_dropout_.Forward(pass, layout_, y, &mask, workspace);

  // The output layer runs forward and backward in one pass; most of its time is the backward part.
  if (pass.clock) pass.clock->Enter(Phase::kBackward);
  double loss = 0;
  const Matrix d_hidden = TrainOutput(batch, pass, hidden, &loss, gradients, workspace);
  if (activation_regularization_ > 0)
    PenalizeActivation(activation_regularization_, hidden, d_hidden);
  Dropout::Backward(mask, d_hidden);
  if (temporal_activation_regularization_ > 0) {
    PenalizeChange(temporal_activation_regularization_, rows, y, d_hidden);
  }
  const Matrix d_x =
      context_->Backward(layout_, d_hidden, batch.starts_epoch, gradients, workspace);
  input_.Backward(read_, pass, d_x, gradients, workspace);
  return {.loss = loss,
          .targets = batch.target_count,
          .positions = batch.target_count,
          .computed = count,
          .multiplications = batch.target_count * multiplications_,
          .tokens = batch.target_count};
}

void LanguageModel::ChooseRestarts(const Batch& batch, const Pass& pass) {
  restarts_.clear();
  const RandomKey key{pass.seed, RandomPurpose::kStateReset};
  for (int32_t row = 0; row < batch.rows && reset_probability_ > 0; ++row) {
    const auto global_row = static_cast<uint32_t>(pass.first_row + row);
    if (UniformFloat(RandomWord(key, pass.step, global_row, 0)) < reset_probability_)
      restarts_.push_back(row);
  }
  const size_t by_chance = restarts_.size();
  std::ranges::copy(batch.restarts, std::back_inserter(restarts_));
  std::ranges::inplace_merge(restarts_, restarts_.begin() + by_chance);
}

// Computes the loss from the last layer's output, with dropout, and returns the gradient of that
// output.
Matrix LanguageModel::TrainOutput(const Batch& batch, const Pass& pass, ConstMatrix hidden,
                                  double* loss, float* gradients, Workspace* workspace) {
  const TimedSpan span(pass.clock, "output forward and backward");
  const ConstMatrix projected = Project(hidden, workspace);
  const Matrix d_projected = workspace->Take(projected.rows, projected.cols);
  *loss = output_.Train(values_, projected, batch.targets, d_projected, gradients, workspace);
  if (!projection_) return d_projected;
  const Matrix d_hidden = workspace->Take(hidden.rows, hidden.cols);
  projection_->Backward(values_, hidden, d_projected, d_hidden, gradients);
  return d_hidden;
}

ConstMatrix LanguageModel::Project(ConstMatrix hidden, Workspace* workspace) const {
  if (!projection_) return hidden;
  const Matrix projected = workspace->Take(hidden.rows, input_.embedding().size());
  projection_->Forward(values_, hidden, projected);
  return projected;
}

// Returns the input of the output layer, without dropout.
ConstMatrix LanguageModel::Infer(int64_t steps, int64_t rows, std::span<const int32_t> inputs,
                                 std::span<const float> features, std::span<const int32_t> restarts,
                                 float* carry, Workspace* workspace) {
  layout_.Assign(steps, rows);
  layout_.RestartAt(restarts);
  const std::span<const int32_t> read = context_->Read(layout_, inputs, carry);
  const ConstMatrix x =
      input_.Forward(values_, /*pass=*/nullptr, layout_, read, features, workspace);
  return Project(context_->Infer(layout_, x, carry, workspace), workspace);
}

void LanguageModel::Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                             Workspace* workspace) {
  const ConstMatrix hidden = Infer(batch.steps, batch.rows, batch.inputs, batch.features.values,
                                   batch.restarts, carry, workspace);
  output_.Evaluate(values_, hidden, batch.targets, losses, workspace);
}

ConstMatrix LanguageModel::Read(std::span<const int32_t> tokens, float* carry,
                                Workspace* workspace) {
  return Infer(/*steps=*/1, static_cast<int64_t>(tokens.size()), tokens, /*features=*/{},
               /*restarts=*/{}, carry, workspace);
}

void LanguageModel::Logits(ConstMatrix output, Matrix logits) const {
  output_.Logits(values_, output, logits);
}

}  // namespace elman
