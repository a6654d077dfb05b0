// Texts as sparse vectors: TF-IDF, as scikit-learn's TfidfVectorizer has it by default, and the
// floor for classification that is made of them.
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

// The feature of a token is how often the text has it, times ln((1 + n) / (1 + df)) + 1 where df of
// n texts have it; features of a text have length 1. What is no token of a text, <unk> among them,
// has none.
class TfidfFeatures {
 public:
  // `frequencies[token]` of `texts` texts have a token.
  TfidfFeatures(const VocabularySpec& vocabulary, uint64_t texts,
                std::span<const uint32_t> frequencies);

  // Puts the features of a text in place of what is there, tokens ascending.
  void Of(std::span<const int32_t> text, std::vector<uint32_t>* tokens,
          std::vector<double>* values) const;

  // Whether a token has a feature.
  bool Counts(uint32_t token) const;

 private:
  const VocabularySpec vocabulary_;
  std::vector<double> idf_;  // by token
};

// Fits the floor to the split train of a classification data set and publishes its file under
// `path`.
absl::Status FitTfidfModel(std::shared_ptr<const Dataset> dataset,
                           const LogisticRegressionSpec& spec, const std::string& path);

}  // namespace elman
