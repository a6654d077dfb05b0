// The classification model: predicts one label per sequence. The outputs of a recurrent network are
// pooled to one vector, followed by a softmax or, for ordered labels, by thresholds
// (OrdinalOutput).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trainer/network/layers/pooling.h"
#include "trainer/network/models/labeler.h"
#include "trainer/network/models/sequence_encoder.h"
#include "trainer/network/outputs/ordinal_output.h"
#include "trainer/network/outputs/vocabulary_loss.h"

namespace elman {

class Classifier : public Labeler {
 public:
  // Reads ids below `vocabulary` and predicts one of `labels` labels. Ordinal labels must be in
  // their order.
  Classifier(const ModelSpec& spec, int64_t vocabulary, int64_t labels);

  void UseValues(const float* values) override;
  void Touch(const Batch& batch, BlockSet* touched) const override {
    encoder_.Touch(batch, touched);
  }
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  Classifier* AsClassifier() override { return this; }

  // Predicts the most probable label; for ordinal labels the median of the distribution.
  void Predict(const Batch& batch, std::span<int32_t> labels, std::span<float> probabilities,
               Workspace* workspace) override;

  // Writes the probability of every label, [batch.rows, labels].
  void Probabilities(const Batch& batch, Matrix probabilities, Workspace* workspace);

  int64_t labels() const { return labels_; }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix y, Matrix d_y, float* gradients,
                     Workspace* workspace);
  // Sets the targets. A label that is not in the training data has no target and so no loss.
  void KnownTargets(const Batch& batch);
  Matrix Infer(const Batch& batch, Workspace* workspace);

  const int64_t labels_;
  SequenceEncoder encoder_;
  Pooling pooling_;
  std::optional<VocabularyLoss> softmax_;
  std::optional<OrdinalOutput> ordinal_;
  const float* values_ = nullptr;
  std::vector<int32_t> targets_;
};

}  // namespace elman
