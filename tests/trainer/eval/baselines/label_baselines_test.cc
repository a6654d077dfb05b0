// Compares the baselines for labels with results of scikit-learn 1.9.1, formulas and manual counts.
#include <cmath>

#include "data/shards/dataset.h"
#include "data/shards/vocabulary_spec.h"
#include "tests/data/shards/made_dataset.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/baselines/lbfgs.h"
#include "trainer/eval/baselines/logistic_regression.h"
#include "trainer/eval/baselines/tag_counts.h"
#include "trainer/eval/baselines/tfidf.h"
#include "trainer/eval/loading/baseline_model.h"
#include "trainer/network/models/labeler.h"

namespace elman {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

TEST(LbfgsTest, FindsTheMinimumOfRosenbrocksFunction) {
  // Rosenbrock's function in four dimensions; its minimum is 0 where all coordinates are 1.
  std::vector<double> point = {-1.2, 1, -1.2, 1};
  const LbfgsResult result = MinimizeByLbfgs(
      [](std::span<const double> x, std::span<double> gradient) {
        double value = 0;
        std::fill(gradient.begin(), gradient.end(), 0.0);
        for (size_t i = 0; i + 1 < x.size(); ++i) {
          const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
          value += 100 * a * a + b * b;
          gradient[i] += -400 * a * x[i] - 2 * b;
          gradient[i + 1] += 200 * a;
        }
        return value;
      },
      {}, point);
  EXPECT_THAT(point, Pointwise(DoubleNear(1e-6), std::vector<double>(4, 1)));
  EXPECT_LE(result.gradient, 1e-7);
  EXPECT_LT(result.iterations, 100);
}

TEST(LbfgsTest, StopsAtOnceAtTheMinimum) {
  std::vector<double> point = {3};
  const auto square = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 2 * (x[0] - 3);
    return (x[0] - 3) * (x[0] - 3);
  };
  EXPECT_EQ(MinimizeByLbfgs(square, {}, point).iterations, 0);
  EXPECT_EQ(point[0], 3);
}

// Texts such as "w2 w3 w3 w4".
const Examples kTexts = {{2, 3, 3, 4, 1}, {2, 5, 1},       {3, 4, 4, 1},
                         {5, 5, 2, 6, 1}, {6, 3, 0, 0, 1}, {7, 2, 4, 1}};

VocabularySpec WordsSpec() { return SpecOf(MadeVocabulary(8), ""); }

SparseRows RowsOf(const Examples& texts) {
  const std::vector<uint32_t> frequencies = {1, 6, 4, 3, 3, 2, 2, 1, 0, 0};
  const TfidfFeatures features(WordsSpec(), 6, frequencies);
  SparseRows rows;
  rows.columns = 10;
  std::vector<uint32_t> tokens;
  std::vector<double> values;
  for (const auto& text : texts) {
    features.Of(std::vector<int32_t>(text.begin(), text.end()), &tokens, &values);
    rows.column.insert(rows.column.end(), tokens.begin(), tokens.end());
    rows.value.insert(rows.value.end(), values.begin(), values.end());
    rows.begins.push_back(rows.column.size());
  }
  return rows;
}

TEST(TfidfTest, FeaturesMatchScikitLearn) {
  const SparseRows rows = RowsOf({kTexts[0], {0, 1}});
  EXPECT_THAT(rows.column, ElementsAre(2, 3, 4));
  EXPECT_THAT(rows.value, Pointwise(DoubleNear(1e-8), {0.35785031, 0.8351973, 0.41759865}));
  // A text without words has no features.
  EXPECT_EQ(rows.begins.back(), 3);
}

TEST(LogisticRegressionTest, SolutionsMatchScikitLearn) {
  struct Case {
    std::vector<int32_t> target;
    int labels;
    double c;
    // Of the words 2 to 7; of the second text.
    std::vector<double> weights, biases, log_probabilities;
  };
  const std::vector<Case> cases = {
      {{0, 1, 0, 1, 0, 1},
       2,
       1,
       {0.358379157, -0.714878632, -0.269083084, 0.571327826, -0.132231335, 0.315526707},
       {0.041556816},
       {-1.112905856, -0.398394216}},
      {{0, 1, 0, 1, 0, 1},
       2,
       4,
       {0.858161611, -1.728069934, -0.588700761, 1.254098944, -0.320483984, 0.888311214},
       {0.11332916},
       {-1.810943028, -0.178528614}},
      {{0, 1, 2, 1, 0, 2},
       3,
       1,
       {-0.099083167, 0.600839295, -0.191584336, -0.363350789, 0.253569203, -0.171588089,
        0.203296916, -0.400317016, -0.368988273, 0.710465663, 0.006846635, -0.176661797,
        -0.104213749, -0.20052228, 0.560572609, -0.347114874, -0.260415838, 0.348249886},
       {-0.015760134, -0.024674431, 0.040434565},
       {-1.587824344, -0.549493025, -1.521482672}}};
  const SparseRows rows = RowsOf(kTexts);
  for (const Case& wanted : cases) {
    const LogisticRegressionFit fit =
        FitLogisticRegression(rows, wanted.target, wanted.labels, {wanted.c});
    std::vector<double> weights;
    for (size_t output = 0; output < fit.classifier.biases.size(); ++output) {
      for (size_t word = 2; word < 8; ++word)
        weights.push_back(fit.classifier.weights[output * rows.columns + word]);
    }
    EXPECT_THAT(weights, Pointwise(DoubleNear(2e-6), wanted.weights));
    EXPECT_THAT(fit.classifier.biases, Pointwise(DoubleNear(2e-6), wanted.biases));
    const size_t begin = rows.begins[1], size = rows.begins[2] - begin;
    EXPECT_THAT(fit.classifier.LogProbabilities(std::span(rows.column).subspan(begin, size),
                                                std::span(rows.value).subspan(begin, size)),
                Pointwise(DoubleNear(2e-6), wanted.log_probabilities));
    EXPECT_LE(fit.gradient, 1e-7);
  }
}

class LabelBaselinesTest : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> Made(Task task, const FieldExamples& examples) {
    WriteMadeDataset(scratch_.path(), task, {examples}, 8);
    return *Dataset::Open(scratch_.path());
  }
  std::unique_ptr<Model> Loaded() {
    auto baseline = ReadBaseline(scratch_.Path("floor"));
    EXPECT_THAT(baseline, IsOk());
    auto model = CreateBaselineModel("floor", &*baseline);
    EXPECT_THAT(model, IsOk());
    return *std::move(model);
  }

  Scratch scratch_;
};

TEST_F(LabelBaselinesTest, PredictsFittedTexts) {
  // The vocabulary also has the labels 0 and 2 to 7, so the fit has eight labels.
  const auto dataset = Made(CLASSIFICATION, {kTexts, {{0}, {1}, {0}, {1}, {0}, {1}}});
  ASSERT_THAT(FitTfidfModel(dataset, {}, scratch_.Path("floor")), IsOk());
  const auto model = Loaded();
  Labeler* const labeler = model->AsLabeler();
  // The texts 1 and 2, and <unk> alone with a label that is not in `train`.
  Batch batch;
  batch.steps = 4;
  batch.rows = 3;
  batch.lengths = {3, 4, 1};
  batch.inputs = {2, 3, 0, 5, 4, 9, 1, 4, 9, 9, 1, 9};
  batch.targets = {1, 0, 8};
  Workspace workspace;
  std::vector<int32_t> labels(3);
  std::vector<float> probabilities(3);
  std::vector<double> losses(3);
  labeler->Predict(batch, labels, probabilities, &workspace);
  labeler->Evaluate(batch, nullptr, losses, &workspace);
  EXPECT_THAT(std::vector<int32_t>(labels.begin(), labels.begin() + 2), ElementsAre(1, 0));
  EXPECT_NEAR(std::exp(-losses[0]), probabilities[0], 1e-6);
  EXPECT_NEAR(std::exp(-losses[1]), probabilities[1], 1e-6);
  EXPECT_EQ(losses[2], 0);
  EXPECT_TRUE(probabilities[2] > 0 && probabilities[2] < 1);
}

TEST_F(LabelBaselinesTest, PredictsTheMostFrequentTag) {
  // 2 has the tags 4, 4, 5; 3 has 5 and 6 once each; 7 has none, because it continues a word (tag
  // 9).
  const auto dataset = Made(TAGGING, {{{2, 2, 2, 3}, {3, 4, 7, 5}}, {{4, 4, 5, 5}, {6, 5, 9, 5}}});
  ASSERT_THAT(CountTags(dataset, scratch_.Path("floor")), IsOk());
  const auto model = Loaded();
  Labeler* const labeler = model->AsLabeler();
  Batch batch;
  batch.steps = 5;
  batch.rows = 1;
  batch.lengths = {5};
  batch.inputs = {2, 3, 6, 7, 2};
  batch.targets = {4, 6, 5, kNoTarget, 8};
  Workspace workspace;
  std::vector<int32_t> tags(5);
  std::vector<double> losses(5);
  labeler->Predict(batch, tags, {}, &workspace);
  // 6 does not occur, so it gets the most frequent tag overall, which also breaks the tie for 3.
  EXPECT_THAT(tags, ElementsAre(4, 5, 5, kNoTarget, 4));
  labeler->Evaluate(batch, nullptr, losses, &workspace);
  // Seven tagged words, eight tags: 4 occurs twice, 5 four times, 6 once.
  EXPECT_NEAR(std::exp(-losses[0]), (2 + 3 / 15.) / 4, 1e-12);
  EXPECT_NEAR(std::exp(-losses[1]), (1 + 2 / 15.) / 3, 1e-12);
  EXPECT_NEAR(std::exp(-losses[2]), 5 / 15., 1e-12);
  EXPECT_EQ(losses[3], 0);
  EXPECT_EQ(losses[4], 0);
  const TagCounts counts(std::vector<TagCounts::Pair>{{2, 4, 2}}, 3, 8);
  double sum = 0;
  for (uint32_t tag = 0; tag < 8; ++tag) sum += counts.Probability(2, tag);
  EXPECT_NEAR(sum, 1, 1e-12);
}

}  // namespace
}  // namespace elman
