#include "trainer/network/word_vectors/glove.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/gradient_check.h"

namespace elman {
namespace {

constexpr int64_t kIds = 11, kSize = 5;

ModelSpec Spec(int zeros) {
  ModelSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "embedding_size: 5 word_vectors { method: GLOVE x_max: 3 alpha: 0.6 }", &spec));
  spec.mutable_word_vectors()->set_zeros(zeros);
  return spec;
}

// Ids 0 and 1 are not words; some words are frequent.
std::vector<uint64_t> Counts() { return {0, 0, 9, 700, 3, 2, 2, 1, 1, 1, 1}; }

// Three examples of 4, 2 and 3 pairs: a pair of equal words, repeated pairs, and weights below and
// above x_max.
Batch MadeBatch() {
  Batch batch;
  batch.steps = 4;
  batch.rows = 3;
  batch.lengths = {4, 2, 3};
  batch.inputs = {2, 5, 5, 3, 2, 9, 4, -7, 2, 2, -7, -7};
  batch.targets = {4, 5, 9, 4, 4, 10, 9, -1, 6, 3, -1, -1};
  batch.weights = {0.5f, 7, 2.5f, 1, 0.1f, 3, 40, 0, 1.5f, 0.3f, 0, 0};
  batch.target_count = 9;
  return batch;
}

// One pair of the words 4 and 5.
Batch OnePair() {
  Batch batch;
  batch.rows = 1;
  batch.steps = 1;
  batch.inputs = {4};
  batch.targets = {5};
  batch.weights = {1};
  batch.target_count = 1;
  return batch;
}

constexpr Pass kPass = {.seed = 5, .step = 3, .first_row = 2};

class GloveTest : public testing::TestWithParam<int> {
 protected:
  GloveTest()
      : model_(Spec(GetParam()), Counts()),
        values_(RandomFloats(model_.parameters().size(), 1, 0.9f)) {}

  LossSums Train(const Batch& batch, std::vector<float>* gradients, const Pass& pass = kPass) {
    model_.UseValues(values_.data());
    gradients->assign(values_.size(), 0);
    Workspace workspace;
    return model_.Train(batch, pass, /*carry=*/nullptr, gradients->data(), &workspace);
  }
  const float* Row(const char* name, int64_t row) const {
    for (const Parameter& parameter : model_.parameters().parameters()) {
      if (parameter.name == name) return parameter.In(values_.data()).row(row);
    }
    return nullptr;
  }
  // The loss of a pair in one order, computed by the definition.
  double Loss(int32_t word, int32_t context, double x) const {
    double error = *Row("bias", word) + *Row("output_bias", context) - std::log(x);
    for (int64_t k = 0; k < kSize; ++k)
      error += Row("embedding", word)[k] * Row("output", context)[k];
    return 0.5 * std::min(1.0, std::pow(x / 3, 0.6)) * error * error;
  }

  Glove model_;
  std::vector<float> values_;
};

INSTANTIATE_TEST_SUITE_P(Zeros, GloveTest, testing::Values(0, 3));

TEST_P(GloveTest, TrainComputesTheGradient) {
  const Batch batch = MadeBatch();
  std::vector<float> gradients, ignored;
  Train(batch, &gradients);
  for (const Parameter& parameter : model_.parameters().parameters()) {
    ExpectGradient([&] { return Train(batch, &ignored).loss; },
                   std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span(gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

TEST_P(GloveTest, LossIsTheSumOfBothOrders) {
  const Batch batch = MadeBatch();
  std::vector<float> gradients;
  const LossSums sums = Train(batch, &gradients);
  std::vector<double> losses(batch.targets.size());
  model_.Evaluate(batch, /*carry=*/nullptr, losses, /*workspace=*/nullptr);
  double all = 0;
  for (size_t i = 0; i < losses.size(); ++i) {
    const int32_t word = batch.inputs[i], context = batch.targets[i];
    double expected = 0;
    if (context >= 0) expected = Loss(word, context, batch.weights[i]);
    if (context >= 0 && word != context) expected += Loss(context, word, batch.weights[i]);
    EXPECT_NEAR(losses[i], expected, 1e-5) << i;
    all += expected;
  }
  if (GetParam() == 0) {
    EXPECT_NEAR(sums.loss, all, 1e-4);
  }
  if (GetParam() > 0) {
    EXPECT_GT(sums.loss, all + 0.1);
  }
  EXPECT_EQ(sums.targets, 17) << "nine pairs, one of a word with itself";
  EXPECT_EQ(sums.tokens, 9);
}

TEST_P(GloveTest, TouchesAllChangedBlocks) {
  // A row is one block, so that no other row marks it as touched.
  ModelSpec spec = Spec(GetParam());
  spec.set_embedding_size(kBlock);
  Glove model(spec, Counts());
  const std::vector<float> values = RandomFloats(model.parameters().size(), 1, 0.2f);
  std::vector<float> gradients(values.size());
  const Batch batch = MadeBatch();
  model.UseValues(values.data());
  Workspace workspace;
  model.Train(batch, kPass, /*carry=*/nullptr, gradients.data(), &workspace);
  BlockSet touched(std::ssize(values));
  model.Touch(batch, &touched);
  for (int64_t i = 0; i < std::ssize(gradients); ++i)
    ASSERT_TRUE(gradients[i] == 0 || touched.Count(i, i + 1) == 1) << i;
}

// Random words are keyed by the number of the row in the global batch, so lanes do not matter.
TEST_P(GloveTest, RowsAreIndependentOfLanes) {
  const Batch batch = MadeBatch();
  std::vector<float> whole, part, sum(values_.size());
  const LossSums sums = Train(batch, &whole);
  LossSums parts;
  for (int row = 0; row < batch.rows; ++row) {
    Batch one;
    one.rows = 1;
    one.steps = batch.lengths[row];
    for (int t = 0; t < one.steps; ++t) {
      one.inputs.push_back(batch.inputs[t * batch.rows + row]);
      one.targets.push_back(batch.targets[t * batch.rows + row]);
      one.weights.push_back(batch.weights[t * batch.rows + row]);
    }
    one.target_count = one.steps;
    Pass pass = kPass;
    pass.first_row += row;
    parts += Train(one, &part, pass);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
  }
  EXPECT_NEAR(parts.loss, sums.loss, 1e-5 * sums.loss);
  for (size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(sum[i], whole[i], 1e-4) << i;
}

// The mean over many steps is the expectation of the definition: for each order of the pair,
// `zeros` words n drawn from P(n) and weighted by q(i, n), with the bound log 1/2.
TEST_P(GloveTest, LossOfDrawnWordsMatchesTheDefinition) {
  constexpr int kSteps = 20000;
  const Batch batch = OnePair();
  std::vector<float> gradients;
  double mean = 0;
  for (int64_t step = 0; step < kSteps; ++step)
    mean += Train(batch, &gradients, {.seed = 5, .step = step}).loss / kSteps;

  const std::vector<uint64_t> counts = Counts();
  const double power = Spec(0).word_vectors().negatives_power();
  double all = 0, all_powers = 0, drawn = 0;
  for (const uint64_t count : counts) {
    all += static_cast<double>(count);
    all_powers += count == 0 ? 0 : std::pow(count, power);
  }
  for (const int32_t word : {4, 5}) {
    for (int32_t n = 2; n < kIds; ++n) {
      double z = *Row("bias", word) + *Row("output_bias", n);
      for (int64_t k = 0; k < kSize; ++k) z += Row("embedding", word)[k] * Row("output", n)[k];
      const auto seen = static_cast<double>(counts[n]);
      const double q = std::exp(-static_cast<double>(counts[word]) * seen * 5 / all);
      drawn += std::pow(seen, power) / all_powers * q * std::log1p(std::exp(z - std::log(0.5)));
    }
  }
  EXPECT_NEAR(mean, Loss(4, 5, 1) + Loss(5, 4, 1) + GetParam() * drawn, 0.03 * drawn);
}

// Drawn words can only decrease scores.
TEST_P(GloveTest, DrawnWordsDecreaseScores) {
  const Batch batch = OnePair();
  std::vector<float> gradients;
  std::vector<double> pushed(kIds);
  for (int64_t step = 0; step < 400; ++step) {
    Train(batch, &gradients, {.seed = 5, .step = step});
    for (const Parameter& parameter : model_.parameters().parameters()) {
      for (int64_t id = 0; parameter.name == "output_bias" && id < kIds; ++id)
        pushed[id] += parameter.In(gradients.data()).row(id)[0];
    }
  }
  for (int64_t id = 0; id < kIds; ++id) {
    if (id == 4 || id == 5) continue;  // this pair was seen
    if (GetParam() == 0 || id < 2) {
      EXPECT_EQ(pushed[id], 0) << id;
    }
    if (GetParam() > 0 && id >= 2 && id != 3) {
      EXPECT_GT(pushed[id], 0.1) << id;
    }
  }
  // A pair with the most frequent word is expected to be seen by chance.
  if (GetParam() > 0) {
    EXPECT_LT(pushed[3], pushed[2]);
  }
}

TEST_P(GloveTest, GradientsOfPartsOfABatchAddUp) {
  if (GetParam() > 0) return;  // random words depend on the position within a row
  Batch batch;
  batch.rows = 1;
  batch.steps = 3072;  // processed in several blocks, the last of which is full
  for (int i = 0; i < batch.steps; ++i) {
    batch.inputs.push_back(2 + i % 4);
    batch.targets.push_back(6 + i % 3 + i % 2);
    batch.weights.push_back(0.1f + 0.01f * static_cast<float>(i % 500));
  }
  batch.target_count = batch.steps;
  std::vector<float> whole, part, sum(values_.size());
  const LossSums sums = Train(batch, &whole);
  LossSums parts;
  for (int first = 0; first < batch.steps; first += 512) {
    Batch some;
    some.rows = 1;
    some.steps = 512;
    some.inputs.assign(batch.inputs.begin() + first, batch.inputs.begin() + first + 512);
    some.targets.assign(batch.targets.begin() + first, batch.targets.begin() + first + 512);
    some.weights.assign(batch.weights.begin() + first, batch.weights.begin() + first + 512);
    parts += Train(some, &part);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
  }
  EXPECT_NEAR(parts.loss, sums.loss, 1e-6 * sums.loss);
  EXPECT_EQ(parts.targets, sums.targets);
  for (size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(sum[i], whole[i], 2e-2) << i;
}

}  // namespace
}  // namespace elman
