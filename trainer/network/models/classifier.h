// One label for a whole sequence: a recurrent network reads it, its outputs are pooled to one
// vector, and that is told apart by a softmax or, for labels in an order, by thresholds.
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
  // `vocabulary` ids can be read, `labels` told apart; ordinal labels are in their order.
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

  // The likeliest label; of ordinal ones the middle one, than which as much is below as above.
  void Predict(const Batch& batch, std::span<int32_t> labels, std::span<float> probabilities,
               Workspace* workspace) override;

  // The probability of every label, [batch.rows, labels].
  void Probabilities(const Batch& batch, Matrix probabilities, Workspace* workspace);

  int64_t labels() const { return labels_; }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix y, Matrix d_y, float* gradients,
                     Workspace* workspace);
  // A label that training has never seen is no target: it has no loss.
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
