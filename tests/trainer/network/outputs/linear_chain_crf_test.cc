#include "trainer/network/outputs/linear_chain_crf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

constexpr int64_t kTags = 3;

// Sequences of 4, 1, 3 and 2 positions; one position of the third has no tag.
class LinearChainCrfTest : public testing::Test {
 protected:
  LinearChainCrfTest()
      : crf_("crf", kTags, {.kind = Initializer::Kind::kUniform, .range = 1}, &table_),
        values_(table_.size()),
        scores_(layout_.rows() * kTags),
        targets_(layout_.rows()) {
    table_.Initialize(7, values_.data());
    for (size_t i = 0; i < scores_.size(); ++i)
      scores_[i] = 4 * UniformFloat(RandomWord({1}, 0, 0, i)) - 2;
    for (size_t i = 0; i < targets_.size(); ++i)
      targets_[i] = static_cast<int32_t>(RandomWord({2}, 0, 0, i) % kTags);
    targets_[RowOf(2, 1)] = -1;
  }

  int64_t RowOf(int32_t sequence, int32_t step) const {
    for (int64_t row = 0; row < layout_.rows(); ++row) {
      const auto& place = layout_.places()[row];
      if (place.sequence == sequence && place.step == step) return row;
    }
    return -1;
  }

  // Returns the packed rows of the sequence's chain.
  std::vector<int64_t> Chain(int32_t sequence) const {
    std::vector<int64_t> rows;
    for (int32_t step = 0; step < lengths_[sequence]; ++step) {
      if (targets_[RowOf(sequence, step)] >= 0) rows.push_back(RowOf(sequence, step));
    }
    return rows;
  }

  double Score(const std::vector<int64_t>& chain, const std::vector<int32_t>& tags) const {
    const Parameter& transitions = table_.parameters()[0];
    const auto value = [&](int parameter, int64_t i) {
      return double{values_[table_.parameters()[parameter].offset + i]};
    };
    double score = value(1, tags.front()) + value(2, tags.back());
    for (size_t t = 0; t < chain.size(); ++t) {
      score += scores_[chain[t] * kTags + tags[t]];
      if (t > 0) score += value(0, tags[t - 1] * transitions.cols + tags[t]);
    }
    return score;
  }

  // Returns all taggings of this number of positions.
  static std::vector<std::vector<int32_t>> AllTaggings(size_t positions) {
    std::vector<std::vector<int32_t>> all = {{}};
    for (size_t t = 0; t < positions; ++t) {
      std::vector<std::vector<int32_t>> longer;
      for (const auto& tags : all) {
        for (int32_t tag = 0; tag < kTags; ++tag) {
          longer.push_back(tags);
          longer.back().push_back(tag);
        }
      }
      all = longer;
    }
    return all;
  }

  double Loss() {
    std::vector<float> d_scores(scores_.size()), gradients(values_.size());
    return crf_.Train(values_.data(), layout_, Scores(), targets_,
                      {d_scores.data(), layout_.rows(), kTags}, gradients.data());
  }

  ConstMatrix Scores() const { return {scores_.data(), layout_.rows(), kTags}; }

  const std::vector<int32_t> lengths_ = {4, 1, 3, 2};
  const SequenceLayout layout_{lengths_};
  ParameterTable table_;
  LinearChainCrf crf_;
  std::vector<float> values_, scores_;
  std::vector<int32_t> targets_;
};

TEST_F(LinearChainCrfTest, LossMatchesTheSumOverAllTaggings) {
  std::vector<double> losses(lengths_.size());
  crf_.Evaluate(values_.data(), layout_, Scores(), targets_, losses);
  double total = 0;
  for (int32_t sequence = 0; sequence < 4; ++sequence) {
    const std::vector<int64_t> chain = Chain(sequence);
    std::vector<int32_t> truth;
    for (const int64_t row : chain) truth.push_back(targets_[row]);
    double sum = 0;
    for (const auto& tags : AllTaggings(chain.size())) sum += std::exp(Score(chain, tags));
    EXPECT_NEAR(losses[sequence], std::log(sum) - Score(chain, truth), 1e-9) << sequence;
    total += losses[sequence];
  }
  EXPECT_NEAR(Loss(), total, 1e-9);
}

TEST_F(LinearChainCrfTest, GradientsMatchDifferences) {
  std::vector<float> d_scores(scores_.size(), 99), gradients(values_.size(), 0.5f);
  crf_.Train(values_.data(), layout_, Scores(), targets_, {d_scores.data(), layout_.rows(), kTags},
             gradients.data());
  const auto slope = [&](float* x) {
    constexpr float kStep = 1e-2f;
    const float middle = *x;
    *x = middle + kStep;
    const double above = Loss();
    *x = middle - kStep;
    const double below = Loss();
    *x = middle;
    return (above - below) / (2 * kStep);
  };
  for (size_t i = 0; i < scores_.size(); ++i) EXPECT_NEAR(d_scores[i], slope(&scores_[i]), 1e-3);
  for (const Parameter& parameter : table_.parameters()) {
    for (int64_t i = parameter.offset; i < parameter.offset + parameter.size(); ++i)
      EXPECT_NEAR(gradients[i] - 0.5f, slope(&values_[i]), 1e-3) << parameter.name;
  }
}

TEST_F(LinearChainCrfTest, DecodesTheBestOfAllTaggings) {
  std::vector<int32_t> tags = targets_;
  crf_.Decode(values_.data(), layout_, Scores(), tags);
  for (int32_t sequence = 0; sequence < 4; ++sequence) {
    const std::vector<int64_t> chain = Chain(sequence);
    std::vector<int32_t> best;
    for (const auto& candidate : AllTaggings(chain.size())) {
      if (best.empty() || Score(chain, candidate) > Score(chain, best)) best = candidate;
    }
    for (size_t t = 0; t < chain.size(); ++t) EXPECT_EQ(tags[chain[t]], best[t]) << sequence;
  }
  EXPECT_EQ(tags[RowOf(2, 1)], -1);
}

// The marginal probability of a tag is the share of the taggings that have it.
TEST_F(LinearChainCrfTest, MarginalsMatchTheSumOverAllTaggings) {
  for (uint64_t lattice = 0; lattice < 20; ++lattice) {
    for (size_t i = 0; i < scores_.size(); ++i)
      scores_[i] = 6 * UniformFloat(RandomWord({3}, lattice, 0, i)) - 3;
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i] = 4 * UniformFloat(RandomWord({4}, lattice, 0, i)) - 2;
    std::vector<float> probabilities(targets_.size(), -1);
    crf_.Marginals(values_.data(), layout_, Scores(), targets_, probabilities);
    EXPECT_EQ(probabilities[RowOf(2, 1)], -1) << "no tag, no probability";
    for (int32_t sequence = 0; sequence < 4; ++sequence) {
      const std::vector<int64_t> chain = Chain(sequence);
      double all = 0;
      std::vector<double> with_tag(chain.size());
      for (const auto& tags : AllTaggings(chain.size())) {
        const double weight = std::exp(Score(chain, tags));
        all += weight;
        for (size_t t = 0; t < chain.size(); ++t)
          if (tags[t] == targets_[chain[t]]) with_tag[t] += weight;
      }
      for (size_t t = 0; t < chain.size(); ++t)
        EXPECT_NEAR(probabilities[chain[t]], with_tag[t] / all, 1e-6) << sequence << " " << t;
    }
  }
}

// The probabilities of all tags of a position sum to 1, also of scores whose exponentials overflow.
TEST_F(LinearChainCrfTest, MarginalsSumToOne) {
  for (const float scale : {1.0f, 2000.0f}) {
    for (float& score : scores_) score *= scale;
    std::vector<double> sums(targets_.size());
    for (int32_t tag = 0; tag < kTags; ++tag) {
      std::vector<int32_t> tags = targets_;
      for (int32_t& each : tags) each = each < 0 ? each : tag;
      std::vector<float> probabilities(targets_.size());
      crf_.Marginals(values_.data(), layout_, Scores(), tags, probabilities);
      for (size_t row = 0; row < sums.size(); ++row) sums[row] += probabilities[row];
    }
    for (size_t row = 0; row < sums.size(); ++row)
      EXPECT_NEAR(sums[row], targets_[row] < 0 ? 0 : 1, 1e-6) << row;
  }
}

// The exponentials of these scores would overflow or underflow.
TEST_F(LinearChainCrfTest, LargeScoresDoNotOverflow) {
  for (float& score : scores_) score *= 2000;
  EXPECT_TRUE(std::isfinite(Loss()));
}

}  // namespace
}  // namespace elman
