#include "trainer/eval/evaluators/label_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace elman {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Vocabulary Labels(const std::vector<std::string>& names) {
  std::vector<Vocabulary::Entry> entries;
  for (const std::string& name : names) entries.push_back({name, 1});
  return *Vocabulary::CreateLabels(std::move(entries));
}

// Sequences as columns: [steps, rows].
Batch Tagged(int steps, int rows, std::vector<int32_t> targets, std::vector<int32_t> lengths) {
  Batch batch;
  batch.steps = steps;
  batch.rows = rows;
  batch.targets = std::move(targets);
  batch.lengths = std::move(lengths);
  return batch;
}

double ValueOf(const Evaluation& evaluation, const char* name) {
  const Figure* figure = evaluation.Find(name);
  EXPECT_NE(figure, nullptr) << name;
  return figure ? figure->value : -1;
}

const FigureTable* TableOf(const Evaluation& evaluation, const char* name) {
  for (const FigureTable& table : evaluation.tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

TEST(TagFiguresTest, CountsEntitiesAndTagsOverBatches) {
  const Vocabulary tags = Labels({"O", "B-x", "I-x", "B-y"});
  const auto figures = CreateTagFigures(tags);
  std::vector<int64_t> counts(figures->width());
  // The first sentence: O B-x I-x, guessed right; the second: B-y and a tag never seen, of which
  // the first is guessed right and the second taken for O. A piece without a tag lies between.
  figures->Count(Tagged(3, 2, {0, 3, 1, kNoTarget, 2, 4}, {3, 3}),
                 std::vector<int32_t>{0, 3, 1, kNoTarget, 2, 0}, counts);
  // Another batch: an x that ends too late.
  figures->Count(Tagged(6, 1, {1, 0, 0, 0, 0, 0}, {6}), std::vector<int32_t>{1, 2, 0, 0, 0, 0},
                 counts);
  Evaluation evaluation;
  figures->Conclude(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 9.0 / 11);
  // Found: x, y, x; present: x, y, the unseen one, x; correct: two.
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "precision"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "recall"), 2.0 / 4);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "f1"), 4.0 / 7);
  EXPECT_EQ(evaluation.score, ValueOf(evaluation, "f1"));
  EXPECT_EQ(ValueOf(evaluation, "tokens"), 11);
  EXPECT_EQ(ValueOf(evaluation, "unseen_tags"), 1);
  const FigureTable* by_type = TableOf(evaluation, "by_type");
  ASSERT_NE(by_type, nullptr);
  ASSERT_EQ(by_type->rows.size(), 3);
  EXPECT_EQ(by_type->rows[0].name, "<unseen>");
  EXPECT_THAT(by_type->rows[1].values, ElementsAre(0.5, 0.5, 0.5, 2));
  const FigureTable* by_length = TableOf(evaluation, "by_length");
  ASSERT_NE(by_length, nullptr);
  ASSERT_EQ(by_length->rows.size(), 2);
  EXPECT_EQ(by_length->rows[0].name, "1 to 4");
  EXPECT_THAT(by_length->rows[0].values, ElementsAre(0.8, 2));
  EXPECT_THAT(by_length->rows[1].values, ElementsAre(5.0 / 6, 1));
}

TEST(TagFiguresTest, TagsThatMarkNothingHaveNoEntities) {
  const auto figures = CreateTagFigures(Labels({"NOUN", "VERB"}));
  const auto width = static_cast<size_t>(figures->width());
  std::vector<int64_t> memory(width + 4);
  const std::span counts(memory.data(), width);
  // The last tag was never seen.
  figures->Count(Tagged(4, 1, {0, 1, 1, 2}, {}), std::vector<int32_t>{0, 1, 0, 0}, counts);
  EXPECT_THAT(std::span(memory).subspan(width), Each(0));
  Evaluation evaluation;
  figures->Conclude(counts, &evaluation);
  EXPECT_EQ(evaluation.Find("f1"), nullptr);
  EXPECT_DOUBLE_EQ(evaluation.score, 2.0 / 4);
  EXPECT_EQ(ValueOf(evaluation, "unseen_tags"), 1);
  const FigureTable* by_label = TableOf(evaluation, "by_label");
  ASSERT_NE(by_label, nullptr);
  EXPECT_THAT(by_label->rows[1].values, ElementsAre(1, 0.5, 2.0 / 3, 2));
}

TEST(ClassFiguresTest, CountsWhoIsTakenForWhom) {
  const auto figures = CreateClassFigures(Labels({"1", "5", "3"}));
  std::vector<int64_t> counts(figures->width());
  figures->Count(Tagged(7, 4, {0, 1, 2, 3}, {7, 3, 3, 1}), std::vector<int32_t>{0, 2, 2, 1},
                 counts);
  Evaluation evaluation;
  figures->Conclude(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 0.5);
  EXPECT_EQ(evaluation.score, 0.5);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "mean_absolute_error"), 2.0 / 3);  // 5 taken for 3
  EXPECT_EQ(ValueOf(evaluation, "unseen_labels"), 1);
  const FigureTable* confusion = TableOf(evaluation, "confusion");
  ASSERT_NE(confusion, nullptr);
  EXPECT_THAT(confusion->rows[1].values, ElementsAre(0, 0, 1));
  const std::string text = EvaluationText(evaluation);
  EXPECT_THAT(text, HasSubstr("accuracy"));
  EXPECT_THAT(text, HasSubstr("by length"));
}

TEST(ClassFiguresTest, LabelsThatAreNoNumbersHaveNoDistance) {
  for (const char* label : {"good", "nan", "inf"}) {
    const auto figures = CreateClassFigures(Labels({"1", label}));
    Evaluation evaluation;
    figures->Conclude(std::vector<int64_t>(figures->width()), &evaluation);
    EXPECT_EQ(evaluation.Find("mean_absolute_error"), nullptr) << label;
  }
}

TEST(EvaluationTest, JsonHasFiguresInOrderAndTablesOnRequest) {
  Evaluation evaluation{.loss = 0.5, .score = 1};
  evaluation.figures = {{"loss", 0.5, "nats", true}, {"tokens", 7, "", false, true}};
  evaluation.tables = {{"by_label", {{"f1"}, {"present", 0, "", false, true}}, {{"A", {0.25, 3}}}}};
  JsonObject with, without;
  AddEvaluation(evaluation, true, &with);
  AddEvaluation(evaluation, false, &without);
  EXPECT_EQ(with.ToString(),
            R"({"loss": 0.5, "tokens": 7, "by_label": {"A": {"f1": 0.25, "present": 3}}})");
  EXPECT_EQ(without.ToString(), R"({"loss": 0.5, "tokens": 7})");
  EXPECT_EQ(HeadlineOf(evaluation), "loss 0.5000");
}

}  // namespace
}  // namespace elman
