// The tagging model: predicts a tag for every position of a sequence from the output of a
// unidirectional or bidirectional recurrent network (Graves and Schmidhuber, 2005; with a CRF:
// Huang, Xu and Yu, 2015).
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
  // Reads ids below `vocabulary` and predicts ids below `tags`.
  Tagger(const ModelSpec& spec, int64_t vocabulary, int64_t tags);

  void UseValues(const float* values) override;
  void Touch(const Batch& batch, BlockSet* touched) const override {
    encoder_.Touch(batch, touched);
  }
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  // With a CRF, the loss of a sequence is written to the position of its first target.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  void Predict(const Batch& batch, std::span<int32_t> tags, std::span<float> probabilities,
               Workspace* workspace) override;

  int64_t tags() const { return tags_; }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden, float* gradients,
                     Workspace* workspace);
  // Packs the targets. A tag that is not in the training data has no target and so no loss.
  void PackTargets(const Batch& batch);
  Matrix Scores(ConstMatrix hidden, Workspace* workspace) const;
  // Returns the probability of every tag at every position. Not for a CRF.
  Matrix Probabilities(ConstMatrix hidden, Workspace* workspace) const;

  const int64_t tags_;
  SequenceEncoder encoder_;
  // One of three outputs: a softmax per position, a sigmoid per position (binary_), or scores with
  // a CRF.
  std::optional<VocabularyLoss> softmax_;
  std::optional<OrdinalOutput> binary_;
  std::optional<Linear> scores_;
  std::optional<Parameter> bias_;  // of the CRF's scores [1, tags]
  std::optional<LinearChainCrf> crf_;
  const float* values_ = nullptr;
  std::vector<int32_t> targets_;
  std::vector<double> losses_;
  std::vector<float> marginals_;
};

}  // namespace elman
