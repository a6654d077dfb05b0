#include "trainer/eval/decoding/beam_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/trainer/eval/decoding/small_language_model.h"
#include "trainer/eval/decoding/decoding_state.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

constexpr int kPredicted = SmallLanguageModel::kPredicted;
constexpr int32_t kEnd = SmallLanguageModel::kEnd;

class BeamSearchTest : public testing::Test {
 protected:
  GeneratedText Search(const std::vector<int32_t>& prompt, const TextEnd& end, int width,
                       int32_t banned) {
    BeamSearch search(small_.Begin(end), width, banned);
    DecodingState state(&small_.model, width);
    state.Restart(0, width);
    for (const int32_t token : prompt) state.Advance(std::vector<int32_t>(width, token));
    std::vector<int> from(width);
    std::vector<int32_t> tokens(width);
    while (search.Advance(state.logits(), from, tokens)) {
      state.Select(0, from);
      state.Advance(tokens);
    }
    return search.text();
  }

  // Returns log P(tokens | prompt), one token at a time.
  double LogProbability(std::span<const int32_t> prompt, std::span<const int32_t> tokens) {
    DecodingState state(&small_.model, 1);
    state.Restart(0, 1);
    for (const int32_t& token : prompt) state.Advance({&token, 1});
    double sum = 0;
    for (const int32_t& token : tokens) {
      sum += state.logits().data[token] - LogSumExp(state.logits().data, kPredicted);
      state.Advance({&token, 1});
    }
    return sum;
  }

  // Returns the text with the highest log-probability per token of all that end within `length`.
  std::vector<int32_t> BestOfAll(std::span<const int32_t> prompt, int length, int32_t banned) {
    std::vector<int32_t> best;
    double best_score = -1e9;
    std::vector<std::vector<int32_t>> open = {{}};
    for (int i = 0; i < length; ++i) {
      std::vector<std::vector<int32_t>> next;
      for (const auto& text : open) {
        for (int32_t token = 0; token < kPredicted; ++token) {
          if (token == banned) continue;
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
    return best;
  }

  SmallLanguageModel small_;
};

TEST_F(BeamSearchTest, WideBeamFindsTheBestText) {
  const std::vector<int32_t> prompt = {kEnd, 2};
  const GeneratedText found = Search(prompt, {.max_tokens = 3}, 64, /*banned=*/0);
  EXPECT_EQ(found.tokens(), BestOfAll(prompt, 3, /*banned=*/0));
  EXPECT_EQ(found.finish(), Finish::kLines);
  EXPECT_NEAR(found.log_probability(), LogProbability(prompt, found.tokens()), 1e-5);
  EXPECT_NEAR(
      std::accumulate(found.log_probabilities().begin(), found.log_probabilities().end(), 0.0),
      found.log_probability(), 1e-12);
}

TEST_F(BeamSearchTest, BeamOfOneIsGreedy) {
  const std::vector<int32_t> prompt = {kEnd};
  const GeneratedText found = Search(prompt, {.max_tokens = 6, .lines = 99}, 1, /*banned=*/-1);
  DecodingState state(&small_.model, 1);
  state.Restart(0, 1);
  state.Advance(prompt);
  for (const int32_t& token : found.tokens()) {
    const float* logits = state.logits().data;
    EXPECT_EQ(token, std::max_element(logits, logits + kPredicted) - logits);
    state.Advance({&token, 1});
  }
  EXPECT_EQ(found.tokens().size(), 6u);
  EXPECT_EQ(found.finish(), Finish::kMaxTokens);
}

TEST_F(BeamSearchTest, StopTextEndsAHypothesis) {
  const std::vector<int32_t> prompt = {kEnd};
  const TextEnd end{.max_tokens = 8, .lines = 99, .stops = {"a", "b", "c"}};
  // A text is complete with its first letter; only line ends may precede it.
  const GeneratedText found = Search(prompt, end, 4, /*banned=*/0);
  EXPECT_EQ(found.finish(), Finish::kStop);
  EXPECT_EQ(found.text(), std::string(found.tokens().size() - 1, '\n'));
}

}  // namespace
}  // namespace elman
