// The baseline for classification: logistic regression on TF-IDF features, which are defined as in
// scikit-learn's TfidfVectorizer with default settings.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/dataset.h"
#include "proto/dataset.pb.h"
#include "trainer/eval/baselines/logistic_regression.h"

namespace elman {

// The feature of a token is its count in the text times ln((1 + n) / (1 + df)) + 1, where df of n
// texts contain it. The feature vector of a text is normalized to length 1. Special tokens,
// including <unk>, have no feature.
class TfidfFeatures {
 public:
  // `frequencies[token]` is the number of texts, of `texts`, that contain a token.
  TfidfFeatures(const VocabularySpec& vocabulary, uint64_t texts,
                std::span<const uint32_t> frequencies);

  // Replaces the content of `tokens` and `values` by the features of a text, sorted by token.
  void Of(std::span<const int32_t> text, std::vector<uint32_t>* tokens,
          std::vector<double>* values) const;

  // Returns whether a token has a feature.
  bool Counts(uint32_t token) const;

 private:
  const VocabularySpec vocabulary_;
  std::vector<double> idf_;  // per token
};

// Fits the baseline to `train` of a classification data set and writes its file to `path`.
absl::Status FitTfidfModel(const std::shared_ptr<const Dataset>& dataset,
                           const LogisticRegressionSpec& spec, const std::string& path);

}  // namespace elman
