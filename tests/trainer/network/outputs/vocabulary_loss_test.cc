#include "trainer/network/outputs/vocabulary_loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/gradient_check.h"

namespace elman {
namespace {

// With a small vocabulary, several chunks would need thousands of rows. With the large vocabulary,
// the rows here make several chunks.
class VocabularyLossTest : public testing::TestWithParam<int64_t> {
 protected:
  static constexpr int64_t kRows = 11, kHidden = 5;

  VocabularyLossTest() : loss_("output", GetParam(), kHidden, {}, &table_) {
    values_ = RandomFloats(table_.size(), 1, 1);
    hidden_ = RandomFloats(kRows * kHidden, 2, 1);
    for (int64_t r = 0; r < kRows; ++r)
      targets_.push_back(r == 4 ? -1 : static_cast<int32_t>(r * 7 % GetParam()));
  }

  double Train(std::vector<float>* d_hidden, std::vector<float>* gradients) {
    workspace_.Reset();
    d_hidden->assign(hidden_.size(), -1);
    gradients->assign(table_.size(), 0);
    return loss_.Train(values_.data(), {hidden_.data(), kRows, kHidden}, targets_,
                       {d_hidden->data(), kRows, kHidden}, gradients->data(), &workspace_);
  }

  ParameterTable table_;
  VocabularyLoss loss_;
  std::vector<float> values_, hidden_;
  std::vector<int32_t> targets_;
  Workspace workspace_;
};

TEST_P(VocabularyLossTest, GradientsMatchDifferences) {
  std::vector<float> d_hidden, gradients, scratch1, scratch2;
  Train(&d_hidden, &gradients);
  const auto loss = [&] { return Train(&scratch1, &scratch2); };
  ExpectGradient(loss, hidden_, d_hidden, "hidden");
  for (const Parameter& parameter : table_.parameters()) {
    ExpectGradient(loss, std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span<const float>(gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

TEST_P(VocabularyLossTest, MatchesCrossEntropyInDoublePrecision) {
  const Parameter& weights = table_.parameters()[0];
  const Parameter& bias = table_.parameters()[1];
  std::vector<double> losses(kRows);
  workspace_.Reset();
  loss_.Evaluate(values_.data(), {hidden_.data(), kRows, kHidden}, targets_, losses, &workspace_);
  double total = 0;
  for (int64_t r = 0; r < kRows; ++r) {
    if (targets_[r] < 0) {
      EXPECT_EQ(losses[r], 0);
      continue;
    }
    double normalizer = 0, logit = 0;
    for (int64_t v = 0; v < GetParam(); ++v) {
      double z = values_[bias.offset + v];
      for (int64_t h = 0; h < kHidden; ++h)
        z += double{values_[weights.offset + h * GetParam() + v]} * hidden_[r * kHidden + h];
      normalizer += std::exp(z);
      if (v == targets_[r]) logit = z;
    }
    EXPECT_NEAR(losses[r], std::log(normalizer) - logit, 1e-5);
    total += std::log(normalizer) - logit;
  }
  std::vector<float> d_hidden, gradients;
  EXPECT_NEAR(Train(&d_hidden, &gradients), total, 1e-4);
}

TEST_P(VocabularyLossTest, RowsWithoutTargetGetNoGradient) {
  std::vector<float> d_hidden, gradients;
  Train(&d_hidden, &gradients);
  for (int64_t h = 0; h < kHidden; ++h) EXPECT_EQ(d_hidden[4 * kHidden + h], 0);
}

TEST_P(VocabularyLossTest, LargeLogitsDoNotOverflow) {
  for (float& value : values_) value *= 100;
  std::vector<float> d_hidden, gradients;
  EXPECT_TRUE(std::isfinite(Train(&d_hidden, &gradients)));
  for (const float g : gradients) ASSERT_TRUE(std::isfinite(g));
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, VocabularyLossTest, testing::Values(2, 9, 67, 1031));

}  // namespace
}  // namespace elman
