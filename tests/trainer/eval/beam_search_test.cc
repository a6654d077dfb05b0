#include "trainer/eval/beam_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/trainer/nn/gradient_check.h"
#include "trainer/eval/decoding_state.h"
#include "trainer/math/softmax.h"

namespace elman {
namespace {

constexpr int kPredicted = 5;
constexpr int32_t kEnd = 1;

class BeamSearchTest : public testing::Test {
 protected:
  BeamSearchTest()
      : model_(Spec(), kPredicted + 2, kPredicted),
        values_(RandomFloats(model_.parameters().size(), 3, 2)) {
    model_.UseValues(values_.data());
  }
  static ModelSpec Spec() {
    ModelSpec spec;
    spec.set_layers(1);
    spec.set_hidden_size(4);
    spec.set_embedding_size(3);
    return spec;
  }

  // log P(tokens | prompt), one token at a time.
  double LogProbability(std::span<const int32_t> prompt, std::span<const int32_t> tokens) {
    DecodingState state(&model_, 1);
    for (const int32_t& token : prompt) state.Advance({&token, 1});
    double sum = 0;
    for (const int32_t& token : tokens) {
      sum += state.logits().data[token] - LogSumExp(state.logits().data, kPredicted);
      state.Advance({&token, 1});
    }
    return sum;
  }

  LanguageModel model_;
  std::vector<float> values_;
};

TEST_F(BeamSearchTest, AWideBeamFindsTheBestOfAllTexts) {
  const std::vector<int32_t> prompt = {kEnd, 2};
  constexpr int kLength = 3;
  // Every text that ends within kLength tokens.
  std::vector<int32_t> best;
  double best_score = -1e9;
  std::vector<std::vector<int32_t>> open = {{}};
  for (int length = 0; length < kLength; ++length) {
    std::vector<std::vector<int32_t>> next;
    for (const auto& text : open) {
      for (int32_t token = 0; token < kPredicted; ++token) {
        if (token == 0) continue;  // banned
        std::vector<int32_t> longer = text;
        longer.push_back(token);
        if (token != kEnd) {
          next.push_back(longer);
          continue;
        }
        const double score = LogProbability(prompt, longer) / static_cast<double>(longer.size());
        if (score > best_score) {
          best_score = score;
          best = longer;
        }
      }
    }
    open = next;
  }
  EXPECT_EQ(
      BeamSearch(&model_, prompt, {.width = 64, .max_tokens = kLength, .end = kEnd, .banned = 0}),
      best);
}

TEST_F(BeamSearchTest, ABeamOfOneIsGreedy) {
  const std::vector<int32_t> prompt = {kEnd};
  const auto text =
      BeamSearch(&model_, prompt, {.width = 1, .max_tokens = 6, .end = kPredicted + 1});
  DecodingState state(&model_, 1);
  state.Advance(prompt);
  for (const int32_t& token : text) {
    const float* logits = state.logits().data;
    EXPECT_EQ(token, std::max_element(logits, logits + kPredicted) - logits);
    state.Advance({&token, 1});
  }
  EXPECT_EQ(text.size(), 6u);
}

}  // namespace
}  // namespace elman
