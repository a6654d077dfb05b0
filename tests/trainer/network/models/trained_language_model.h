// A small language model, and the result of a training pass on a random batch.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "trainer/network/models/language_model.h"

namespace elman {

inline constexpr int kVocabulary = 13, kPredicted = 11;

inline ModelSpec Spec(const std::string& text = "") {
  ModelSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "layers: 2 hidden_size: 6 embedding_size: 5", &spec));
  EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(text, &spec));
  return spec;
}

inline Batch RandomBatch(int steps, int rows, uint32_t seed) {
  std::mt19937 engine(seed);
  Batch batch;
  batch.steps = steps;
  batch.rows = rows;
  for (int i = 0; i < steps * rows; ++i) {
    batch.inputs.push_back(static_cast<int32_t>(engine() % kVocabulary));
    batch.targets.push_back(static_cast<int32_t>(engine() % kPredicted));
  }
  batch.targets[3] = kNoTarget;
  batch.target_count = steps * rows - 1;
  return batch;
}

struct Trained {
  LossSums sums;
  std::vector<float> gradients;
};

inline Trained Train(LanguageModel* model, const std::vector<float>& values, const Batch& batch,
                     int first_row) {
  model->UseValues(values.data());
  Trained result{{}, std::vector<float>(model->parameters().size(), 0)};
  std::vector<float> carry(model->carry_size(batch.rows), 0.25f);
  Workspace workspace;
  result.sums = model->Train(batch, {.seed = 5, .step = 3, .first_row = first_row}, carry.data(),
                             result.gradients.data(), &workspace);
  return result;
}

}  // namespace elman
