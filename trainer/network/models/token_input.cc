#include "trainer/network/models/token_input.h"

#include "trainer/network/math/check.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/network/parameters/columns.h"

namespace elman {
namespace {

// Dropout site of the features; greater than the sites of all layers.
constexpr uint32_t kFeatureSite = 1 << 21;

std::optional<Embedding> TokenEmbedding(const ModelSpec& spec, int64_t vocabulary, bool tied,
                                        ParameterTable* table) {
  if (spec.features().use() == FeatureSpec::ALONE) return std::nullopt;
  return MakeEmbedding(/*prefix=*/"", spec, StackShape(spec), vocabulary, tied, table);
}

}  // namespace

TokenInput::TokenInput(const ModelSpec& spec, int64_t vocabulary, bool tied_embedding,
                       ParameterTable* table)
    : embedding_(TokenEmbedding(spec, vocabulary, tied_embedding, table)) {
  const FeatureSpec& features = spec.features();
  if (features.use() == FeatureSpec::NONE) return;
  features_.emplace("feature_projection", features.size(), features.projected_size(),
                    Dropout(features.dropout(), spec.variational_dropout(), kFeatureSite),
                    WeightInitializer(spec.initializer()), table);
}

int64_t TokenInput::size() const {
  return (embedding_ ? embedding_->size() : 0) + (features_ ? features_->output_size() : 0);
}

void TokenInput::Touch(std::span<const int32_t> ids, BlockSet* touched) const {
  if (embedding_) embedding_->Touch(ids, touched);
}

ConstMatrix TokenInput::Forward(const float* values, const Pass* pass, const SequenceLayout& layout,
                                std::span<const int32_t> ids, std::span<const float> features,
                                Workspace* workspace) {
  Matrix embedded;
  if (embedding_) {
    embedded = workspace->Take(std::ssize(ids), embedding_->size());
    embedding_->Forward(values, ids, pass, embedded);
  }
  if (!features_) return embedded;
  CHECK_EQ(std::ssize(ids), layout.rows());
  const Matrix packed = workspace->Take(layout.rows(), features_->size());
  layout.PackInto(features, packed);
  const ConstMatrix given = features_->Forward(values, pass, layout, packed, &tape_, workspace);
  return embedding_ ? JoinColumns(embedded, given, workspace) : given;
}

void TokenInput::Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_x,
                          float* gradients, Workspace* workspace) const {
  if (!features_) return embedding_->Backward(ids, pass, d_x, gradients);
  if (!embedding_) return features_->Backward(tape_, d_x, gradients);
  const Matrix d_embedded = workspace->Take(d_x.rows, embedding_->size());
  const Matrix d_given = workspace->Take(d_x.rows, features_->output_size());
  SplitColumns(d_x, d_embedded, d_given);
  embedding_->Backward(ids, pass, d_embedded, gradients);
  features_->Backward(tape_, d_given, gradients);
}

}  // namespace elman
