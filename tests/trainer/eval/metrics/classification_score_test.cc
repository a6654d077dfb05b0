#include "trainer/eval/metrics/classification_score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "data/text/label_order.h"
#include "tests/trainer/eval/metrics/golden_labels.h"

namespace elman {
namespace {

using Ratings = std::vector<std::optional<double>>;

// Three labels: 0 is often predicted as 1; 2 occurs once and is never predicted. Optionally with
// labels that are not in the training data.
ClassificationScore Example(int others = 0) {
  ClassificationScore score(3, others);
  for (int i = 0; i < 4; ++i) score.Add(/*predicted=*/0, /*reference=*/0);
  for (int i = 0; i < 2; ++i) score.Add(1, 0);
  for (int i = 0; i < 3; ++i) score.Add(1, 1);
  score.Add(0, 2);
  return score;
}

TEST(ClassificationScoreTest, MatchesManualCounts) {
  const ClassificationScore score = Example();
  EXPECT_EQ(score.examples(), 10);
  EXPECT_EQ(score.count(/*reference=*/0, /*predicted=*/1), 2);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.7);
  EXPECT_DOUBLE_EQ(score.precision(0), 4.0 / 5);
  EXPECT_DOUBLE_EQ(score.recall(0), 4.0 / 6);
  EXPECT_DOUBLE_EQ(score.f1(0), 8.0 / 11);
  EXPECT_DOUBLE_EQ(score.f1(1), 6.0 / 8);
  EXPECT_EQ(score.precision(2), 0);
  EXPECT_EQ(score.f1(2), 0);
  EXPECT_DOUBLE_EQ(score.macro_f1(), (8.0 / 11 + 6.0 / 8 + 0) / 3);
  // Ratings 1, 2 and 5: two errors of one, one error of four.
  EXPECT_DOUBLE_EQ(*score.mean_absolute_error(Ratings{1, 2, 5}), (2 * 1 + 4) / 10.0);
}

TEST(ClassificationScoreTest, LabelsThatNeverOccurDoNotCount) {
  ClassificationScore score(5);
  score.Add(1, 1);
  score.Add(3, 1);
  EXPECT_DOUBLE_EQ(score.macro_f1(), (2.0 / 3 + 0) / 2);
  EXPECT_EQ(ClassificationScore(4).macro_f1(), 0);
  EXPECT_EQ(ClassificationScore(4).accuracy(), 0);
}

TEST(ClassificationScoreTest, PredictionsForUnseenLabelsAreWrong) {
  ClassificationScore score = Example(2);
  EXPECT_DOUBLE_EQ(score.macro_f1(), Example().macro_f1());
  EXPECT_DOUBLE_EQ(*score.mean_absolute_error(Ratings{1, 2, 5, 9, std::nullopt}), 0.6);
  score.Add(1, 3);
  EXPECT_EQ(score.unseen(), 1);
  EXPECT_EQ(score.present(3), 1);
  EXPECT_EQ(score.count(3, 1), 1);
  EXPECT_DOUBLE_EQ(score.accuracy(), 7.0 / 11);
  EXPECT_DOUBLE_EQ(score.precision(1), 3.0 / 6);
  EXPECT_EQ(score.f1(3), 0);
  EXPECT_DOUBLE_EQ(score.macro_f1(), (8.0 / 11 + 6.0 / 9 + 0 + 0) / 4);
  EXPECT_DOUBLE_EQ(*score.mean_absolute_error(Ratings{1, 2, 5, 9, std::nullopt}), (6 + 7) / 11.0);
  EXPECT_FALSE(score.mean_absolute_error(Ratings{1, 2, 5, std::nullopt, 9}));
  EXPECT_FALSE(score.mean_absolute_error(Ratings{1, std::nullopt, 5, 9, 9}));

  ClassificationScore sum = Example(2);
  sum += score;
  EXPECT_EQ(sum.examples(), 21);
  EXPECT_EQ(sum.unseen(), 1);
  EXPECT_DOUBLE_EQ(sum.accuracy(), 14.0 / 21);
  EXPECT_DOUBLE_EQ(sum.precision(1), 6.0 / 11);
}

// Random sets of labels, some of which are not in `train` or not in the references.
TEST(ClassificationScoreTest, MatchesScikitLearn) {
  const GoldenMetrics golden = ReadGoldenMetrics(ELMAN_GOLDEN_FOLDER);
  ASSERT_GE(golden.labels.size(), 12u);
  int unseen = 0, with_error = 0;
  for (const GoldenLabels& set : golden.labels) {
    std::vector<std::string> names = set.train;
    const auto number = [&names](const std::string& name) {
      const auto found = std::ranges::find(names, name);
      const int at = static_cast<int>(found - names.begin());
      if (found == names.end()) names.push_back(name);
      return at;
    };
    for (const std::string& name : set.pairs) number(name);
    const int predictable = static_cast<int>(set.train.size());
    ClassificationScore score(predictable, static_cast<int>(names.size()) - predictable);
    for (size_t i = 0; i < set.pairs.size(); i += 2)
      score.Add(number(set.pairs[i + 1]), number(set.pairs[i]));
    EXPECT_NEAR(score.macro_f1(), set.metrics.at("macro_f1"), 1e-14);
    EXPECT_NEAR(score.accuracy(), set.metrics.at("accuracy"), 1e-14);
    Ratings ratings;
    for (const std::string& name : names) ratings.push_back(LabelNumber(name));
    const auto error = score.mean_absolute_error(ratings);
    if (set.metrics.contains("mean_absolute_error")) {
      ASSERT_TRUE(error.has_value());
      EXPECT_NEAR(*error, set.metrics.at("mean_absolute_error"), 1e-13);
      ++with_error;
    }
    int64_t counted = 0;
    for (const auto& [name, scores] : set.by_label) {
      const int label = number(name);
      EXPECT_NEAR(score.precision(label), scores.precision, 1e-14) << name;
      EXPECT_NEAR(score.recall(label), scores.recall, 1e-14) << name;
      EXPECT_NEAR(score.f1(label), scores.f1, 1e-14) << name;
      EXPECT_EQ(score.present(label), scores.present) << name;
    }
    for (const auto& [pair, count] : set.confusion) {
      EXPECT_EQ(score.count(number(pair.first), number(pair.second)), count);
      counted += count;
    }
    EXPECT_EQ(counted, score.examples());
    unseen += score.unseen() > 0 ? 1 : 0;
  }
  EXPECT_GT(unseen, 4);
  EXPECT_GT(with_error, 4);
}

}  // namespace
}  // namespace elman
