#include "trainer/network/word_vectors/word_vectors.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "data/text/vocabulary.h"
#include "tests/support/gradient_check.h"
#include "trainer/network/factory/model_factory.h"

namespace elman {
namespace {

// Ids: <unk>, </s>, eleven words with decreasing counts, <s>, <pad>.
constexpr int kIds = 15, kEnd = 1;

std::vector<uint64_t> Counts() {
  std::vector<uint64_t> counts(kIds, 0);
  for (uint64_t word = 2; word < kIds - 2; ++word) counts[word] = 60 / word;
  return counts;
}

ModelSpec Spec(const std::string& text) {
  ModelSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "embedding_size: 5 word_vectors { window: 3 negatives: 3 shared_negatives: 7 block: 4 "
      "subsample: 0 }",
      &spec));
  EXPECT_TRUE(
      google::protobuf::TextFormat::MergeFromString("word_vectors { " + text + " }", &spec));
  return spec;
}

// Lines of different lengths with unknown words, and rows that end without a target.
Batch RandomBatch(int steps, int rows, uint32_t seed) {
  std::mt19937 engine(seed);
  Batch batch;
  batch.steps = steps;
  batch.rows = rows;
  for (int i = 0; i < steps * rows; ++i)
    batch.targets.push_back(engine() % 5 == 0 ? kEnd : static_cast<int32_t>(engine() % (kIds - 2)));
  batch.targets.back() = kNoTarget;
  batch.target_count = steps * rows - 1;
  return batch;
}

Batch RowsOf(const Batch& batch, int first, int count) {
  Batch part;
  part.steps = batch.steps;
  part.rows = count;
  for (int t = 0; t < batch.steps; ++t) {
    for (int row = first; row < first + count; ++row)
      part.targets.push_back(batch.targets[t * batch.rows + row]);
  }
  part.target_count = std::ssize(part.targets) - std::ranges::count(part.targets, kNoTarget);
  return part;
}

struct Trained {
  LossSums sums;
  std::vector<float> gradients;
};

Trained Train(WordVectors* model, const std::vector<float>& values, const Batch& batch,
              const Pass& pass) {
  model->UseValues(values.data());
  Trained result{{}, std::vector<float>(model->parameters().size(), 0)};
  Workspace workspace;
  result.sums = model->Train(batch, pass, /*carry=*/nullptr, result.gradients.data(), &workspace);
  return result;
}

constexpr Pass kPass = {.seed = 5, .step = 3, .first_row = 2};

class WordVectorsTest : public testing::TestWithParam<const char*> {
 protected:
  WordVectorsTest()
      : model_(Spec(GetParam()), Counts(), kEnd),
        values_(RandomFloats(model_.parameters().size(), 1, 0.9f)) {}
  WordVectors model_;
  std::vector<float> values_;
};

TEST_P(WordVectorsTest, TrainComputesTheGradient) {
  const Batch batch = RandomBatch(11, 3, 2);
  const Trained trained = Train(&model_, values_, batch, kPass);
  EXPECT_GT(trained.sums.targets, 0);
  for (const Parameter& parameter : model_.parameters().parameters()) {
    ExpectGradient([&] { return Train(&model_, values_, batch, kPass).sums.loss; },
                   std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span(trained.gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

TEST_P(WordVectorsTest, TouchesAllChangedBlocks) {
  // A row is one block, so that no other row marks it as touched.
  ModelSpec spec = Spec(GetParam());
  spec.set_embedding_size(kBlock);
  WordVectors model(spec, Counts(), kEnd);
  const auto size = static_cast<int64_t>(model.parameters().size());
  const std::vector<float> values = RandomFloats(size, 1, 0.2f);
  const Batch batch = RandomBatch(9, 1, 4);
  const Trained trained = Train(&model, values, batch, kPass);
  BlockSet touched(size);
  model.Touch(batch, &touched);
  for (int64_t i = 0; i < std::ssize(trained.gradients); ++i) {
    ASSERT_TRUE(trained.gradients[i] == 0 || touched.Count(i, i + 1) == 1) << i;
  }
  EXPECT_LT(touched.Count(0, size), size);
  ASSERT_GT(trained.sums.targets, 0);
  Train(&model, values, Batch(), kPass);
  BlockSet none(size);
  model.Touch(batch, &none);
  EXPECT_EQ(none, BlockSet(size)) << "of the pass before";
}

TEST_P(WordVectorsTest, LanesAddUp) {
  const Batch batch = RandomBatch(9, 5, 3);
  const Trained whole = Train(&model_, values_, batch, kPass);
  Pass right_pass = kPass;
  right_pass.first_row += 2;
  const Trained left = Train(&model_, values_, RowsOf(batch, 0, 2), kPass);
  const Trained right = Train(&model_, values_, RowsOf(batch, 2, 3), right_pass);
  EXPECT_NEAR(left.sums.loss + right.sums.loss, whole.sums.loss, 1e-4);
  EXPECT_EQ(left.sums.targets + right.sums.targets, whole.sums.targets);
  EXPECT_EQ(whole.sums.tokens, batch.target_count);
  for (size_t i = 0; i < whole.gradients.size(); ++i)
    ASSERT_NEAR(left.gradients[i] + right.gradients[i], whole.gradients[i], 1e-4) << i;
}

// With a rate, the second row uses the values that the first one has changed.
TEST_P(WordVectorsTest, LaterRowsUseChangedValues) {
  Batch batch;  // one block per row
  batch.steps = 4;
  batch.rows = 2;
  batch.targets = {2, 3, 4, 5, 3, 2, 5, 4};
  batch.target_count = 8;
  Pass ahead = kPass;
  ahead.rate = 0.3f;
  const Trained both = Train(&model_, values_, batch, ahead);
  const Trained first = Train(&model_, values_, RowsOf(batch, 0, 1), kPass);
  std::vector<float> moved = values_;
  for (size_t i = 0; i < moved.size(); ++i) moved[i] -= ahead.rate * first.gradients[i];
  Pass second_pass = kPass;
  ++second_pass.first_row;
  const Trained second = Train(&model_, moved, RowsOf(batch, 1, 1), second_pass);
  EXPECT_NEAR(both.sums.loss, first.sums.loss + second.sums.loss, 1e-5);
  const Trained frozen = Train(&model_, values_, batch, kPass);
  double difference = 0;
  for (size_t i = 0; i < moved.size(); ++i) {
    ASSERT_NEAR(both.gradients[i], first.gradients[i] + second.gradients[i], 1e-5) << i;
    difference += std::fabs(both.gradients[i] - frozen.gradients[i]);
  }
  EXPECT_GT(difference, 0.1);
}

// With several lanes, rows that are used all the time are averaged, others are added.
TEST_P(WordVectorsTest, FrequentRowsAreAveragedOverLanes) {
  const Batch batch = RandomBatch(40, 4, 8);
  const auto ratios = [&](float rate) {
    Pass alone = kPass, together = kPass;
    alone.rate = together.rate = rate;
    together.lanes = 4;
    const Trained one = Train(&model_, values_, batch, alone);
    const Trained four = Train(&model_, values_, batch, together);
    EXPECT_EQ(one.sums.loss, four.sums.loss);
    std::vector<float> found;
    for (size_t i = 0; i < one.gradients.size(); ++i) {
      if (std::fabs(one.gradients[i]) > 1e-3) found.push_back(four.gradients[i] / one.gradients[i]);
    }
    return found;
  };
  for (const float ratio : ratios(1e-6f)) EXPECT_NEAR(ratio, 1, 1e-2);
  const std::vector<float> fast = ratios(2);
  EXPECT_NEAR(*std::ranges::min_element(fast), 0.25, 0.01);
  EXPECT_LE(*std::ranges::max_element(fast), 1);
}

TEST_P(WordVectorsTest, EvaluationMatchesTheLossOfTraining) {
  const Batch batch = RandomBatch(11, 3, 2);
  model_.UseValues(values_.data());
  std::vector<double> losses(batch.targets.size());
  model_.Evaluate(batch, /*carry=*/nullptr, losses, /*workspace=*/nullptr);
  double sum = 0;
  for (size_t i = 0; i < losses.size(); ++i) {
    sum += losses[i];
    EXPECT_TRUE(batch.targets[i] > kEnd || losses[i] == 0) << i;
  }
  // Uses the random numbers of the first pass with seed 0.
  const Trained same = Train(&model_, values_, batch, Pass());
  EXPECT_NEAR(sum, same.sums.loss, 1e-9);
  EXPECT_GT(same.sums.targets, 0);
  EXPECT_EQ(model_.Predictions(batch), same.sums.targets);
}

INSTANTIATE_TEST_SUITE_P(MethodsAndOutputs, WordVectorsTest,
                         testing::Values("method: SKIP_GRAM output: NEGATIVE_SAMPLING",
                                         "method: SKIP_GRAM output: HIERARCHICAL_SOFTMAX",
                                         "method: CBOW output: NEGATIVE_SAMPLING",
                                         "method: CBOW output: HIERARCHICAL_SOFTMAX"),
                         [](const auto& info) {
                           return std::string(info.index < 2 ? "SkipGram" : "Cbow") +
                                  (info.index % 2 == 0 ? "Negatives" : "Tree");
                         });

double LogOfSigmoid(double z) { return -std::log1p(std::exp(-z)); }

// The mean over many draws is the expected loss with `negatives` draws per predicted word from the
// smoothed distribution, however many of them are shared.
TEST(WordVectorLossTest, ExpectedLossMatchesTheFormula) {
  Batch batch;
  batch.steps = 3;
  batch.rows = 1;
  batch.targets = {4, 2, 7};
  batch.target_count = 3;
  for (const char* shared : {"shared_negatives: 1", "shared_negatives: 40"}) {
    WordVectors model(Spec(std::string("window: 1 negatives: 6 negatives_power: 0.75 ") + shared),
                      Counts(), kEnd);
    const std::vector<float> values = RandomFloats(model.parameters().size(), 3, 0.8f);
    model.UseValues(values.data());
    const ConstMatrix x = model.parameters().parameters()[0].In(values.data());
    const ConstMatrix y = model.parameters().parameters()[1].In(values.data());
    const auto product = [&](int a, int b) {
      double sum = 0;
      for (int i = 0; i < 5; ++i) sum += double{x.row(a)[i]} * y.row(b)[i];
      return sum;
    };
    double all = 0;
    for (const uint64_t count : Counts()) all += std::pow(static_cast<double>(count), 0.75);
    double expected = 0;
    for (const auto& [word, context] :
         std::vector<std::pair<int, int>>{{4, 2}, {2, 4}, {2, 7}, {7, 2}}) {
      expected -= LogOfSigmoid(product(word, context));
      for (int n = 2; n < kIds - 2; ++n) {
        const double p = std::pow(static_cast<double>(Counts()[n]), 0.75) / all;
        expected -= 6 * p * LogOfSigmoid(-product(word, n));
      }
    }
    double sum = 0;
    constexpr int kDraws = 5000;
    for (int step = 0; step < kDraws; ++step) {
      const LossSums sums = Train(&model, values, batch, {.seed = 9, .step = step}).sums;
      ASSERT_EQ(sums.targets, 4);
      sum += sums.loss;
    }
    EXPECT_NEAR(sum / kDraws, expected, 0.02 * expected) << shared;
  }
}

TEST(WordVectorLossTest, SingleWordLinesHaveNoLoss) {
  WordVectors model(Spec(""), Counts(), kEnd);
  Batch batch;
  batch.steps = 5;
  batch.rows = 1;
  batch.targets = {4, kEnd, 2, kEnd, 0};
  batch.target_count = 5;
  const Trained trained =
      Train(&model, RandomFloats(model.parameters().size(), 3, 0.8f), batch, kPass);
  EXPECT_EQ(trained.sums.targets, 0);
  EXPECT_EQ(trained.sums.loss, 0);
  EXPECT_EQ(std::ranges::count(trained.gradients, 0.0f), std::ssize(trained.gradients));
}

TEST(WordVectorFactoryTest, RejectsInvalidSpecs) {
  const Vocabulary vocabulary =
      *Vocabulary::Create({{"<unk>", 4}, {"</s>", 2}, {"a", 7}, {"b", 3}, {"c", 0}});
  VocabularySpec described;
  described.set_size(vocabulary.size());
  described.set_unknown_id(vocabulary.unknown_id());
  described.set_end_id(vocabulary.end_id());
  described.set_start_id(vocabulary.start_id());
  described.set_pad_id(vocabulary.pad_id());
  const auto create = [&](const std::string& text, std::vector<uint64_t> counts) {
    return std::string(CreateModel(EMBEDDING, Spec(text), {described}, counts).status().message());
  };
  const std::vector<uint64_t> counts = vocabulary.counts();
  EXPECT_EQ(counts, (std::vector<uint64_t>{4, 2, 7, 3, 0, 0, 0}));
  EXPECT_EQ(create("", counts), "");
  EXPECT_NE(create("negatives: 0", counts).find("word_vectors.negatives is 0"), std::string::npos);
  EXPECT_NE(create("block: -1", counts).find("word_vectors.block"), std::string::npos);
  EXPECT_NE(create("subsample: 2", counts).find("word_vectors.subsample"), std::string::npos);
  EXPECT_NE(create("", {4, 2, 7, 0, 0, 0, 0}).find("--min_count"), std::string::npos);
  EXPECT_NE(create("", {}).find("counts"), std::string::npos);
}

}  // namespace
}  // namespace elman
