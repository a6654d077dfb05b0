#include "trainer/eval/metrics/classification_score.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

// Three labels: 0 is often taken for 1, 2 is never said and once right.
ClassificationScore Example() {
  ClassificationScore score(3);
  for (int i = 0; i < 4; ++i) score.Add(/*predicted=*/0, /*truth=*/0);
  for (int i = 0; i < 2; ++i) score.Add(1, 0);
  for (int i = 0; i < 3; ++i) score.Add(1, 1);
  score.Add(0, 2);
  return score;
}

TEST(ClassificationScoreTest, CountsByHand) {
  const ClassificationScore score = Example();
  EXPECT_EQ(score.examples(), 10);
  EXPECT_EQ(score.count(/*truth=*/0, /*predicted=*/1), 2);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.7);
  EXPECT_DOUBLE_EQ(score.precision(0), 4.0 / 5);
  EXPECT_DOUBLE_EQ(score.recall(0), 4.0 / 6);
  EXPECT_DOUBLE_EQ(score.f1(0), 8.0 / 11);
  EXPECT_DOUBLE_EQ(score.f1(1), 6.0 / 8);
  EXPECT_EQ(score.precision(2), 0);
  EXPECT_EQ(score.f1(2), 0);
  EXPECT_DOUBLE_EQ(score.macro_f1(), (8.0 / 11 + 6.0 / 8 + 0) / 3);
  // Stars 1, 2 and 5: twice one off, once four.
  EXPECT_DOUBLE_EQ(score.mean_absolute_error({1, 2, 5}), (2 * 1 + 4) / 10.0);
}

TEST(ClassificationScoreTest, LabelsThatNeverOccurDoNotCount) {
  ClassificationScore score(5);
  score.Add(1, 1);
  score.Add(3, 1);
  EXPECT_DOUBLE_EQ(score.macro_f1(), (2.0 / 3 + 0) / 2);
  EXPECT_EQ(ClassificationScore(4).macro_f1(), 0);
  EXPECT_EQ(ClassificationScore(4).accuracy(), 0);
}

TEST(ClassificationScoreTest, NoGuessAtAnUnseenLabelIsRight) {
  ClassificationScore score = Example();
  score.Add(1, 3);
  EXPECT_EQ(score.unseen(), 1);
  EXPECT_DOUBLE_EQ(score.accuracy(), 7.0 / 11);
  EXPECT_DOUBLE_EQ(score.precision(1), 3.0 / 6);
  EXPECT_DOUBLE_EQ(score.mean_absolute_error({1, 2, 5}), (2 * 1 + 4) / 10.0);

  ClassificationScore sum = Example();
  sum += score;
  EXPECT_EQ(sum.examples(), 21);
  EXPECT_EQ(sum.unseen(), 1);
  EXPECT_DOUBLE_EQ(sum.accuracy(), 14.0 / 21);
  EXPECT_DOUBLE_EQ(sum.precision(1), 6.0 / 11);
}

}  // namespace
}  // namespace elman
