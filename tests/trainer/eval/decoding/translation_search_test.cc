#include "trainer/eval/decoding/translation_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/support/gradient_check.h"
#include "tests/support/scratch.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

// The vocabulary: <unk> </s> a b c, and <s> <pad>.
constexpr uint32_t kUnknown = 0, kEnd = 1, kStart = 5;
constexpr int kPredicted = 5;

class TranslationSearchTest : public testing::TestWithParam<TranslationSpec::Attention> {
 protected:
  TranslationSearchTest()
      : vocabulary_(*Vocabulary::Create({{"<unk>"}, {"</s>"}, {"a"}, {"b"}, {"c"}})),
        model_(Spec(), kPredicted + 2, kPredicted + 2, kPredicted),
        values_(RandomFloats(model_.parameters().size(), 11, 2)) {
    model_.UseValues(values_.data());
  }
  static ModelSpec Spec() {
    ModelSpec spec;
    spec.set_layers(1);
    spec.set_hidden_size(4);
    spec.set_embedding_size(3);
    spec.mutable_translation()->set_attention(GetParam());
    return spec;
  }

  std::vector<std::vector<Translation>> Run(const std::vector<std::vector<uint32_t>>& sources,
                                            const TranslationSearchSpec& spec) {
    std::vector<TokenSequence> read;
    for (const std::vector<uint32_t>& source : sources) read.push_back({.ids = source});
    return TranslationSearch(&model_, vocabulary_, spec).Run(read);
  }

  // Returns log P(tokens | source), including </s> if `ended`.
  double LogProbability(const std::vector<uint32_t>& source, const std::vector<uint32_t>& tokens,
                        bool ended = true) {
    Batch batch;
    batch.rows = 1;
    batch.steps = static_cast<int>(source.size());
    batch.lengths = {batch.steps};
    batch.inputs.assign(source.begin(), source.end());
    batch.decoder.ids = {static_cast<int32_t>(kStart)};
    for (const uint32_t token : tokens) {
      batch.targets.push_back(static_cast<int32_t>(token));
      batch.decoder.ids.push_back(static_cast<int32_t>(token));
    }
    if (ended) batch.targets.push_back(kEnd);
    batch.decoder.ids.resize(batch.targets.size());
    batch.decoder.steps = static_cast<int>(batch.targets.size());
    batch.decoder.lengths = {batch.decoder.steps};
    std::vector<double> losses(batch.targets.size());
    Workspace workspace;
    model_.Evaluate(batch, nullptr, losses, &workspace);
    double sum = 0;
    for (const double loss : losses) sum -= loss;
    return sum;
  }

  const Vocabulary vocabulary_;
  Translator model_;
  std::vector<float> values_;
};

TEST_P(TranslationSearchTest, WideBeamFindsTheBestTranslation) {
  const std::vector<uint32_t> source = {3, kEnd};
  for (const double penalty : {0.0, 1.5}) {
    // All translations of up to four tokens, by score; longer ones are far less probable.
    std::multimap<double, std::vector<uint32_t>, std::greater<>> all;
    std::vector<std::vector<uint32_t>> open = {{}};
    for (int length = 0; length <= 4; ++length) {
      std::vector<std::vector<uint32_t>> next;
      for (const auto& tokens : open) {
        const double score =
            LogProbability(source, tokens) / std::pow((5.0 + length + 1) / 6, penalty);
        all.emplace(score, tokens);
        for (const uint32_t token : {2u, 3u, 4u}) {
          next.push_back(tokens);
          next.back().push_back(token);
        }
      }
      open = next;
    }
    const std::vector<Translation> found = Run({source}, {.beam = 400,
                                                          .length_penalty = penalty,
                                                          .max_length_ratio = 0,
                                                          .n_best = 5,
                                                          .attention_wanted = true})[0];
    ASSERT_EQ(found.size(), 5);
    auto expected = all.begin();
    for (const Translation& translation : found) {
      EXPECT_TRUE(translation.ended);
      if (translation.tokens.size() <= 4) {
        EXPECT_EQ(translation.tokens, expected->second);
        EXPECT_NEAR(translation.score, expected->first, 1e-5);
        ++expected;
      } else {
        EXPECT_GE(translation.score, expected->first);
      }
      EXPECT_NEAR(translation.log_probability, LogProbability(source, translation.tokens), 1e-5);
      if (GetParam() == TranslationSpec::NONE) {
        EXPECT_TRUE(translation.attention.empty());
        continue;
      }
      ASSERT_EQ(translation.attention.size(), translation.tokens.size() + 1);
      for (const auto& weights : translation.attention) {
        ASSERT_EQ(weights.size(), source.size());
        EXPECT_NEAR(weights[0] + weights[1], 1, 1e-5);
      }
    }
  }
}

TEST_P(TranslationSearchTest, BeamOfOneIsGreedy) {
  const std::vector<uint32_t> source = {2, 4, 3, kEnd};
  const Translation found = Run({source}, {.beam = 1, .unknown_allowed = true})[0][0];
  std::vector<uint32_t> tokens;
  const auto log_probability = [&](uint32_t token) {
    std::vector<uint32_t> longer = tokens;
    longer.push_back(token);
    return LogProbability(source, longer, /*ended=*/false);
  };
  for (size_t i = 0; i <= found.tokens.size() && i < 19; ++i) {
    uint32_t best = 0;
    for (uint32_t token = 1; token < kPredicted; ++token) {
      if (log_probability(token) > log_probability(best)) best = token;
    }
    if (best == kEnd) break;
    tokens.push_back(best);
  }
  EXPECT_EQ(found.tokens, tokens);
}

TEST_P(TranslationSearchTest, TranslationsAreIndependentOfTheGroup) {
  const std::vector<std::vector<uint32_t>> sources = {
      {2, 3, 3, kEnd}, {kEnd}, {4, kEnd}, {2, 2, 4, 3, 2, 3, kEnd}, {3, 2, kEnd}};
  const TranslationSearchSpec spec = {.beam = 3, .n_best = 3, .attention_wanted = true};
  const auto together = Run(sources, spec);
  ASSERT_EQ(together.size(), sources.size());
  EXPECT_TRUE(together[1][0].tokens.empty());
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::vector<Translation> alone = Run({sources[i]}, spec)[0];
    ASSERT_EQ(alone.size(), together[i].size());
    for (size_t n = 0; n < alone.size(); ++n) {
      EXPECT_EQ(alone[n].tokens, together[i][n].tokens) << i;
      EXPECT_NEAR(alone[n].score, together[i][n].score, 1e-5) << i;
      ASSERT_EQ(alone[n].attention.size(), together[i][n].attention.size());
      for (size_t t = 0; t < alone[n].attention.size(); ++t) {
        for (size_t s = 0; s < sources[i].size(); ++s)
          EXPECT_NEAR(alone[n].attention[t][s], together[i][n].attention[t][s], 1e-5);
      }
    }
  }
}

TEST_P(TranslationSearchTest, UnknownIsWrittenOnlyWhereAllowedAndLengthIsBounded) {
  // A model with the highest logits for <unk> and the lowest for </s>.
  for (const Parameter& parameter : model_.parameters().parameters()) {
    if (parameter.name != "output.bias") continue;
    parameter.In(values_.data()).data[kUnknown] = 100;
    parameter.In(values_.data()).data[kEnd] = -100;
  }
  const std::vector<std::vector<uint32_t>> sources = {{2, 3, kEnd}};
  const Translation free =
      Run(sources, {.beam = 2, .max_length_ratio = 1.5, .unknown_allowed = true})[0][0];
  EXPECT_EQ(free.tokens, std::vector<uint32_t>(13, kUnknown));
  EXPECT_FALSE(free.ended);
  const Translation banned = Run(sources, {.beam = 2, .max_length_ratio = 1.5})[0][0];
  EXPECT_EQ(banned.tokens.size(), 13);
  for (const uint32_t token : banned.tokens) EXPECT_GT(token, kEnd);
}

INSTANTIATE_TEST_SUITE_P(Attentions, TranslationSearchTest,
                         testing::Values(TranslationSpec::GENERAL, TranslationSpec::CONCAT,
                                         TranslationSpec::NONE));

TEST(SearchOptionsTest, RejectsValuesOutOfRange) {
  for (const int beam : {1, 1024}) EXPECT_THAT(CheckSearchOptions(beam, 1, 0), IsOk());
  EXPECT_THAT(CheckSearchOptions(0, 0, 0.6), IsOk());
  EXPECT_THAT(CheckSearchOptions(0, 1, 0.6),
              FailsWith(absl::StatusCode::kInvalidArgument, "--beam=0: it must be from 1 to 1024"));
  EXPECT_THAT(
      CheckSearchOptions(1025, 0, 0.6),
      FailsWith(absl::StatusCode::kInvalidArgument, "--beam=1025: it must be from 0 to 1024"));
  for (const double penalty : {-0.5, std::nan("")}) {
    EXPECT_THAT(CheckSearchOptions(5, 1, penalty),
                FailsWith(absl::StatusCode::kInvalidArgument, "--length_penalty="));
  }
}

}  // namespace
}  // namespace elman
