#include "trainer/network/layers/pooling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

constexpr int64_t kSize = 6;
const std::vector<int32_t> kLengths = {2, 5, 1, 4};

class PoolingTest : public testing::TestWithParam<std::tuple<Pooling::Kind, bool>> {
 protected:
  PoolingTest()
      : pooling_("pooling", std::get<0>(GetParam()), kSize, std::get<1>(GetParam()),
                 {.kind = Initializer::Kind::kUniform, .range = 0.7f}, &table_),
        values_(table_.size()),
        y_(layout_.rows() * kSize),
        weights_(kLengths.size() * kSize) {
    table_.Initialize(5, values_.data());
    for (size_t i = 0; i < y_.size(); ++i)
      y_[i] = 2 * UniformFloat(RandomWord({11}, 0, 0, i)) - 1;  // no ties
    for (size_t i = 0; i < weights_.size(); ++i)
      weights_[i] = 2 * UniformFloat(RandomWord({4}, 0, 0, i)) - 1;
  }

  ConstMatrix Y() const { return {y_.data(), layout_.rows(), kSize}; }
  const float* YOf(int32_t sequence, int32_t step) const {
    for (int64_t row = 0; row < layout_.rows(); ++row) {
      const auto& place = layout_.places()[row];
      if (place.sequence == sequence && place.step == step) return Y().row(row);
    }
    return nullptr;
  }

  std::vector<float> Pool() {
    std::vector<float> pooled(kLengths.size() * kSize);
    Pooling::Tape tape;
    workspace_.Reset();
    pooling_.Forward(values_.data(), layout_, Y(),
                     {pooled.data(), static_cast<int64_t>(kLengths.size()), kSize}, &tape,
                     &workspace_);
    return pooled;
  }

  // A scalar function of the pooled vectors, to differentiate: their product with random weights.
  double Value() {
    const std::vector<float> pooled = Pool();
    double value = 0;
    for (size_t i = 0; i < pooled.size(); ++i) value += double{weights_[i]} * pooled[i];
    return value;
  }

  const SequenceLayout layout_{kLengths};
  ParameterTable table_;
  Pooling pooling_;
  std::vector<float> values_, y_, weights_;
  Workspace workspace_;
};

TEST_P(PoolingTest, MatchesTheDefinition) {
  const auto [kind, bidirectional] = GetParam();
  const std::vector<float> pooled = Pool();
  for (int32_t sequence = 0; sequence < 4; ++sequence) {
    const int32_t length = kLengths[sequence];
    for (int64_t i = 0; i < kSize; ++i) {
      double mean = 0;
      float highest = -9, lowest = 9;
      for (int32_t t = 0; t < length; ++t) {
        mean += YOf(sequence, t)[i] / length;
        highest = std::max(highest, YOf(sequence, t)[i]);
        lowest = std::min(lowest, YOf(sequence, t)[i]);
      }
      const float found = pooled[sequence * kSize + i];
      const bool backwards = bidirectional && i >= kSize / 2;
      switch (kind) {
        case Pooling::Kind::kLast:
          EXPECT_EQ(found, YOf(sequence, backwards ? 0 : length - 1)[i]);
          break;
        case Pooling::Kind::kMean:
          EXPECT_NEAR(found, mean, 1e-6);
          break;
        case Pooling::Kind::kMax:
          EXPECT_EQ(found, highest);
          break;
        case Pooling::Kind::kAttention:
          EXPECT_LE(found, highest + 1e-6);
          EXPECT_GE(found, lowest - 1e-6);
      }
    }
  }
}

TEST_P(PoolingTest, GradientsMatchDifferences) {
  Pooling::Tape tape;
  std::vector<float> pooled(weights_.size()), d_y(y_.size(), 99), gradients(values_.size(), 0.25f);
  const auto batch = static_cast<int64_t>(kLengths.size());
  pooling_.Forward(values_.data(), layout_, Y(), {pooled.data(), batch, kSize}, &tape, &workspace_);
  pooling_.Backward(values_.data(), layout_, Y(), {weights_.data(), batch, kSize}, tape,
                    {d_y.data(), layout_.rows(), kSize}, gradients.data(), &workspace_);
  const auto slope = [&](float* x) {
    constexpr float kStep = 1e-3f;
    const float middle = *x;
    *x = middle + kStep;
    const double above = Value();
    *x = middle - kStep;
    const double below = Value();
    *x = middle;
    return (above - below) / (2 * kStep);
  };
  for (size_t i = 0; i < y_.size(); ++i) EXPECT_NEAR(d_y[i], slope(&y_[i]), 2e-3) << i;
  for (const Parameter& parameter : table_.parameters()) {
    for (int64_t i = parameter.offset; i < parameter.offset + parameter.size(); ++i)
      EXPECT_NEAR(gradients[i] - 0.25f, slope(&values_[i]), 2e-3) << parameter.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PoolingTest,
                         testing::Combine(testing::Values(Pooling::Kind::kLast,
                                                          Pooling::Kind::kMean, Pooling::Kind::kMax,
                                                          Pooling::Kind::kAttention),
                                          testing::Bool()));

}  // namespace
}  // namespace elman
