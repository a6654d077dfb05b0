#include "trainer/models/language_model.h"

#include "trainer/math/check.h"

namespace elman {
namespace {

Cell CellOf(ModelSpec::Cell cell) {
  switch (cell) {
    case ModelSpec::LSTM:
      return Cell::kLstm;
    case ModelSpec::TANH:
      return Cell::kTanh;
    case ModelSpec::RELU:
      return Cell::kRelu;
    case ModelSpec::GRU:
      return Cell::kGru;
    case ModelSpec::LINEAR_BEFORE_RESET_GRU:
      return Cell::kLinearBeforeResetGru;
  }
  return Cell::kLstm;
}

RnnStackShape StackShape(const ModelSpec& spec) {
  return {.cell = CellOf(spec.cell()),
          .layers = spec.layers(),
          .input_size = spec.embedding_size(),
          .hidden_size = spec.hidden_size(),
          .dropout = spec.dropout(),
          .range = spec.initializer().range(),
          .forget_bias = spec.initializer().forget_bias()};
}

}  // namespace

LanguageModel::LanguageModel(const ModelSpec& spec, int64_t vocabulary, int64_t predicted)
    : embedding_("embedding", vocabulary, spec.embedding_size(), spec.initializer().range(),
                 &parameters_),
      rnn_("layer", StackShape(spec), &parameters_),
      output_dropout_(spec.dropout(), /*site=*/spec.layers()),
      output_("output", predicted, spec.hidden_size(), spec.initializer().range(), &parameters_) {}

void LanguageModel::UseValues(const float* values) {
  values_ = values;
  rnn_.UseValues(values);
}

LossSums LanguageModel::Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                              Workspace* workspace) {
  const int64_t steps = batch.steps, rows = batch.rows, count = steps * rows;
  const Matrix x = workspace->Take(count, embedding_.size());
  embedding_.Forward(values_, batch.inputs, x);
  const ConstMatrix y = rnn_.Forward(pass, steps, rows, x, carry, &tape_, workspace);
  Dropout::Mask mask;
  const ConstMatrix hidden = output_dropout_.Forward(pass, steps, rows, y, &mask, workspace);

  // The vocabulary pass is one of both directions, most of it backward.
  if (pass.clock) pass.clock->Enter(Phase::kBackward);
  const Matrix d_hidden = workspace->Take(count, rnn_.hidden_size());
  const double loss = output_.Train(values_, hidden, batch.targets, d_hidden, gradients, workspace);

  Dropout::Backward(mask, d_hidden);
  const Matrix d_x = rnn_.Backward(tape_, d_hidden, gradients, workspace);
  embedding_.Backward(batch.inputs, d_x, gradients);
  return {loss, batch.target_count};
}

ConstMatrix LanguageModel::Hidden(int64_t steps, int64_t rows, std::span<const int32_t> inputs,
                                  float* carry, Workspace* workspace) {
  const Matrix x = workspace->Take(steps * rows, embedding_.size());
  embedding_.Forward(values_, inputs, x);
  return rnn_.Infer(steps, rows, x, carry, workspace);
}

void LanguageModel::Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                             Workspace* workspace) {
  const ConstMatrix hidden = Hidden(batch.steps, batch.rows, batch.inputs, carry, workspace);
  output_.Evaluate(values_, hidden, batch.targets, losses, workspace);
}

void LanguageModel::Predict(std::span<const int32_t> tokens, float* carry, Matrix logits,
                            Workspace* workspace) {
  output_.Logits(values_, Hidden(1, static_cast<int64_t>(tokens.size()), tokens, carry, workspace),
                 logits);
}

}  // namespace elman
