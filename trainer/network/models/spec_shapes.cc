#include "trainer/network/models/spec_shapes.h"

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

// Size of the output of TokenInput.
int64_t InputSize(const ModelSpec& spec) {
  const FeatureSpec& features = spec.features();
  const int64_t given = features.projected_size() > 0 ? features.projected_size() : features.size();
  switch (features.use()) {
    case FeatureSpec::NONE:
      return spec.embedding_size();
    case FeatureSpec::BESIDE:
      return spec.embedding_size() + given;
    case FeatureSpec::ALONE:
      return given;
  }
  return spec.embedding_size();
}

// The product of a one-hot vector with the input weights is one of their rows, so the layer reads
// it as projected input.
void ReadOneHot(RnnStackShape* shape) {
  shape->projected_input = true;
  shape->input_size = shape->gates_size();
  shape->input_dropout = 0;
}

}  // namespace

float DropoutAt(float place, const ModelSpec& spec) { return place < 0 ? spec.dropout() : place; }

Initializer WeightInitializer(const InitializerSpec& spec) {
  if (spec.kind() == InitializerSpec::XAVIER) return {.kind = Initializer::Kind::kXavier};
  return {.kind = Initializer::Kind::kUniform, .range = spec.range()};
}

int FeatureSize(const ModelSpec& spec) {
  return spec.features().use() == FeatureSpec::NONE ? 0 : spec.features().size();
}

TextUnit TextUnitOf(const ModelSpec& spec) {
  switch (spec.initial_state().text()) {
    case InitialStateSpec::SPLIT:
      return TextUnit::kSplit;
    case InitialStateSpec::LINE:
      return TextUnit::kLine;
    case InitialStateSpec::PARAGRAPH:
      return TextUnit::kParagraph;
  }
  return TextUnit::kSplit;
}

Embedding MakeEmbedding(const std::string& prefix, const ModelSpec& spec,
                        const RnnStackShape& shape, int64_t vocabulary, bool tied,
                        ParameterTable* table) {
  Initializer initializer = WeightInitializer(spec.initializer());
  if (shape.projected_input) initializer.blocks = shape.gates_size() / shape.hidden_size;
  return Embedding(prefix + (shape.projected_input ? "input_weights" : "embedding"), vocabulary,
                   shape.projected_input ? shape.input_size : spec.embedding_size(), initializer,
                   spec.embedding_dropout(),
                   spec.frozen_embeddings() ? Embedding::Updates::kNone
                   : tied                   ? Embedding::Updates::kAllRows
                                            : Embedding::Updates::kRowsRead,
                   table);
}

RnnStackShape StackShape(const ModelSpec& spec) {
  const Initializer weights = WeightInitializer(spec.initializer());
  RnnStackShape shape = {
      .cell = CellOf(spec.cell()),
      .layers = spec.layers(),
      .input_size = InputSize(spec),
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
  if (spec.input() == ModelSpec::ONE_HOT) ReadOneHot(&shape);
  return shape;
}

WindowShape WindowShapeOf(const ModelSpec& spec) {
  return {.tokens = spec.fixed_window().tokens(),
          .layers = spec.layers(),
          .embedding_size = spec.embedding_size(),
          .hidden_size = spec.hidden_size(),
          .direct_connections = spec.fixed_window().direct_connections(),
          .input_dropout = DropoutAt(spec.input_dropout(), spec),
          .layer_dropout = DropoutAt(spec.layer_dropout(), spec),
          .variational_dropout = spec.variational_dropout(),
          .initializer = WeightInitializer(spec.initializer())};
}

RnnStackShape DecoderShape(const ModelSpec& spec) {
  RnnStackShape shape = StackShape(spec);
  const TranslationSpec& translation = spec.translation();
  if (translation.decoder_layers() > 0) shape.layers = translation.decoder_layers();
  if (translation.decoder_hidden_size() > 0) shape.hidden_size = translation.decoder_hidden_size();
  shape.input_size = spec.embedding_size();
  shape.bidirectional = false;
  shape.initial_state = {};
  shape.first_site = 1 << 20;
  if (spec.input() == ModelSpec::ONE_HOT) ReadOneHot(&shape);
  return shape;
}

}  // namespace elman
