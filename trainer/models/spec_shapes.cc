#include "trainer/models/spec_shapes.h"

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
    case ModelSpec::PEEPHOLE_LSTM:
      return Cell::kPeepholeLstm;
    case ModelSpec::JORDAN:
      return Cell::kJordan;
  }
  return Cell::kLstm;
}

InitialState InitialStateOf(const InitialStateSpec& spec) {
  switch (spec.kind()) {
    case InitialStateSpec::ZERO:
      return {};
    case InitialStateSpec::LEARNED:
      return {.kind = InitialState::Kind::kLearned};
    case InitialStateSpec::RANDOM:
      return {.kind = InitialState::Kind::kRandom, .range = spec.range()};
  }
  return {};
}

}  // namespace

float DropoutAt(float place, const ModelSpec& spec) { return place < 0 ? spec.dropout() : place; }

Initializer WeightInitializer(const InitializerSpec& spec) {
  if (spec.kind() == InitializerSpec::XAVIER) return {.kind = Initializer::Kind::kXavier};
  return {.kind = Initializer::Kind::kUniform, .range = spec.range()};
}

RnnStackShape StackShape(const ModelSpec& spec) {
  const Initializer weights = WeightInitializer(spec.initializer());
  return {.cell = CellOf(spec.cell()),
          .layers = spec.layers(),
          .input_size = spec.embedding_size(),
          .hidden_size = spec.hidden_size(),
          .bidirectional = spec.bidirectional(),
          .input_dropout = DropoutAt(spec.input_dropout(), spec),
          .layer_dropout = DropoutAt(spec.layer_dropout(), spec),
          .variational_dropout = spec.variational_dropout(),
          .weight_dropout = spec.weight_dropout(),
          .residual = spec.residual(),
          .input_initializer = weights,
          .hidden_initializer = spec.initializer().orthogonal_hidden()
                                    ? Initializer{.kind = Initializer::Kind::kOrthogonal}
                                    : weights,
          .forget_bias = spec.initializer().forget_bias(),
          .initial_state = InitialStateOf(spec.initial_state())};
}

RnnStackShape DecoderShape(const ModelSpec& spec) {
  RnnStackShape shape = StackShape(spec);
  const TranslationSpec& translation = spec.translation();
  if (translation.decoder_layers() > 0) shape.layers = translation.decoder_layers();
  if (translation.decoder_hidden_size() > 0) shape.hidden_size = translation.decoder_hidden_size();
  shape.bidirectional = false;
  shape.initial_state = {};
  shape.first_site = 1 << 20;
  return shape;
}

}  // namespace elman
