// The baselines for labels as models: TF-IDF with logistic regression, and most frequent tags.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "trainer/eval/baselines/logistic_regression.h"
#include "trainer/eval/baselines/tag_counts.h"
#include "trainer/eval/baselines/tfidf.h"
#include "trainer/eval/loading/fixed_model.h"
#include "trainer/network/models/labeler.h"

namespace elman {

// The baseline for classification (see tfidf.h).
class TfidfModel : public FixedModel<Labeler> {
 public:
  TfidfModel(TfidfFeatures features, LinearClassifier classifier)
      : features_(std::move(features)), classifier_(std::move(classifier)) {}

  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;
  void Predict(const Batch& batch, std::span<int32_t> labels, std::span<float> probabilities,
               Workspace* workspace) override;

 private:
  // Returns the log-probabilities of the labels for the text in a row of the batch.
  std::vector<double> LogProbabilities(const Batch& batch, int row);

  const TfidfFeatures features_;
  const LinearClassifier classifier_;
  std::vector<int32_t> text_;
  std::vector<uint32_t> tokens_;
  std::vector<double> values_;
};

// The baseline for tagging (see tag_counts.h).
class TagModel : public FixedModel<Labeler> {
 public:
  explicit TagModel(TagCounts counts) : counts_(std::move(counts)) {}

  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;
  void Predict(const Batch& batch, std::span<int32_t> labels, std::span<float> probabilities,
               Workspace* workspace) override;

 private:
  const TagCounts counts_;
};

}  // namespace elman
