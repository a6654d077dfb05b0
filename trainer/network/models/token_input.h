// The input of a model's first layer for each token: its embedding, its feature vector (as in
// Peters et al., 2018), or both concatenated.
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

// Not thread-safe.
class TokenInput {
 public:
  // Reads ids below `vocabulary`. `tied_embedding`: an output layer also uses the table.
  TokenInput(const ModelSpec& spec, int64_t vocabulary, bool tied_embedding, ParameterTable* table);

  int64_t size() const;
  int64_t multiplications() const { return features_ ? features_->multiplications() : 0; }
  // Must not be called if the model reads only features.
  const Embedding& embedding() const { return *embedding_; }

  // Adds the blocks of sparse parameters that Backward changes in a flat array.
  void Touch(std::span<const int32_t> ids, BlockSet* touched) const;

  // Maps ids, packed as `layout`, and `features` [steps, batch, size] as in Batch (if the model
  // reads features) to [ids, size()], in the workspace. If the model reads only features, ids are
  // ignored. `pass` is null outside training.
  ConstMatrix Forward(const float* values, const Pass* pass, const SequenceLayout& layout,
                      std::span<const int32_t> ids, std::span<const float> features,
                      Workspace* workspace);

  // The backward pass of the last Forward, with the same ids. Adds the gradients of the parameters.
  void Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_x, float* gradients,
                Workspace* workspace) const;

 private:
  const std::optional<Embedding> embedding_;
  std::optional<InputFeatures> features_;
  InputFeatures::Tape tape_;  // of the current batch
};

}  // namespace elman
