// A tag for every position of a sequence: what a network that has read it, to the left or from both
// sides, makes of each word (Graves and Schmidhuber, 2005; with a conditional random field: Huang,
// Xu and Yu, 2015).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trainer/network/layers/linear.h"
#include "trainer/network/models/labeler.h"
#include "trainer/network/models/sequence_encoder.h"
#include "trainer/network/outputs/linear_chain_crf.h"
#include "trainer/network/outputs/ordinal_output.h"
#include "trainer/network/outputs/vocabulary_loss.h"

namespace elman {

class Tagger : public Labeler {
 public:
  // `vocabulary` ids can be read, `tags` predicted.
  Tagger(const ModelSpec& spec, int64_t vocabulary, int64_t tags);

  void UseValues(const float* values) override;
  void Touch(const Batch& batch, BlockSet* touched) const override {
    encoder_.Touch(batch, touched);
  }
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  // With a random field the loss of a sequence stands at its first target.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  void Predict(const Batch& batch, std::span<int32_t> tags, std::span<float> probabilities,
               Workspace* workspace) override;

  int64_t tags() const { return tags_; }
  bool has_random_field() const { return crf_.has_value(); }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden, float* gradients,
                     Workspace* workspace);
  // Targets in packed rows. A tag that training has never seen is none: it has no loss.
  void PackTargets(const Batch& batch);
  Matrix Scores(ConstMatrix hidden, Workspace* workspace) const;
  // Of every tag at every position, without a random field.
  Matrix Probabilities(ConstMatrix hidden, Workspace* workspace) const;

  const int64_t tags_;
  SequenceEncoder encoder_;
  // Either a softmax at every position, a sigmoid there, or scores with a random field over them.
  std::optional<VocabularyLoss> softmax_;
  std::optional<OrdinalOutput> binary_;
  std::optional<Linear> scores_;
  std::optional<Parameter> bias_;  // of the scores [1, tags]
  std::optional<LinearChainCrf> crf_;
  const float* values_ = nullptr;
  std::vector<int32_t> targets_;
  std::vector<double> losses_;
};

}  // namespace elman
