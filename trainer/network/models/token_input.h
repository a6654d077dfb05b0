// What the first layer of a model reads of a token: its embedding, the vector that came with it
// (Peters et al., 2018, put such beside embeddings), or one behind the other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "proto/model.pb.h"
#include "trainer/network/layers/embedding.h"
#include "trainer/network/layers/input_features.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// Not for concurrent use.
class TokenInput {
 public:
  // Reads ids below `vocabulary`. A tied embedding is one that an output layer uses too.
  TokenInput(const ModelSpec& spec, int64_t vocabulary, bool tied_embedding, ParameterTable* table);

  int64_t size() const;
  int64_t multiplications() const { return features_ ? features_->multiplications() : 0; }
  // Not where the vectors that came with the text stand alone.
  const Embedding& embedding() const { return *embedding_; }

  // Adds the blocks of a flat array that Backward changes by its sparse parameters.
  void Touch(std::span<const int32_t> ids, BlockSet* touched) const;

  // Ids, packed as `layout` has it, and, where the model reads such, their vectors `features`
  // [steps, batch, numbers], as a Batch has them, to [ids, size()], in the workspace. Without
  // vectors ids may be any. `pass` is null outside training.
  ConstMatrix Forward(const float* values, const Pass* pass, const SequenceLayout& layout,
                      std::span<const int32_t> ids, std::span<const float> features,
                      Workspace* workspace);

  // Of the last Forward, with its ids: from the gradient of its result to that of the parameters.
  void Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_x, float* gradients,
                Workspace* workspace) const;

 private:
  const std::optional<Embedding> embedding_;
  std::optional<InputFeatures> features_;
  InputFeatures::Tape tape_;  // of the batch in hand
};

}  // namespace elman
