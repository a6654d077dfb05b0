#include "trainer/eval/evaluators/label_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/shards/manifest.h"
#include "data/shards/vocabulary_spec.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Vocabulary::Entry> Entries(const std::vector<std::string>& names) {
  std::vector<Vocabulary::Entry> entries;
  for (const std::string& name : names) entries.push_back({name, 1});
  return entries;
}

// The labels of `train`, and those that only other splits have. With n labels in `train`, the
// others are n + 2 and so on, and n is a label without a name.
Vocabulary Labels(const std::vector<std::string>& names,
                  const std::vector<std::string>& unseen = {}) {
  Vocabulary labels = *Vocabulary::CreateLabels(Entries(names));
  EXPECT_TRUE(labels.SetUnseenLabels(Entries(unseen)).ok());
  return labels;
}

// Sequences are columns: [steps, rows].
Batch Tagged(int steps, int rows, std::vector<int32_t> targets, std::vector<int32_t> lengths) {
  Batch batch;
  batch.steps = steps;
  batch.rows = rows;
  batch.targets = std::move(targets);
  batch.lengths = std::move(lengths);
  return batch;
}

double ValueOf(const Evaluation& evaluation, const char* name) {
  const Metric* metric = evaluation.Find(name);
  EXPECT_NE(metric, nullptr) << name;
  return metric ? metric->value : -1;
}

const MetricTable* TableOf(const Evaluation& evaluation, const char* name) {
  for (const MetricTable& table : evaluation.tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

class TagSchemeOfTest : public testing::Test {
 protected:
  // Returns the scheme for a data set with these tags; old data sets have UNRECORDED.
  absl::StatusOr<TagScheme> Of(const std::vector<std::string>& tags, TagScheme recorded,
                               const EntitySpec& spec = {}) {
    for (const std::string& name : scratch_.Names()) std::filesystem::remove(scratch_.Path(name));
    DatasetManifest manifest =
        WriteMadeDataset(scratch_.path(), TAGGING, {{{{2, 3}}, {{0, 1}}}}, 9);
    const Vocabulary vocabulary = Labels(tags);
    FieldEntry* field = manifest.mutable_fields(1);
    field->set_tag_scheme(recorded);
    *field->mutable_vocabulary() =
        SpecOf(vocabulary, VocabularyFingerprint(field->tokenizer(), vocabulary.ToText(), ""));
    *field->mutable_vocabulary_file() =
        WriteMadeFile(scratch_.path(), field->vocabulary_file().file(), vocabulary.ToText());
    scratch_.Write(std::string(kManifestName), ManifestToText(manifest));
    return TagSchemeOf(**Dataset::Open(scratch_.path()), spec);
  }

  Scratch scratch_;
};

TEST_F(TagSchemeOfTest, IsRecordedOrRecognized) {
  const auto old = FieldEntry::UNRECORDED;
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, FieldEntry::IOB1), FieldEntry::IOB1);
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, FieldEntry::NONE), FieldEntry::NONE);
  EXPECT_EQ(*Of({"B-x", "L-x", "O"}, old), FieldEntry::BILOU);
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, old), FieldEntry::IOB2);
  EXPECT_EQ(*Of({"NN", "VB", "B-x"}, old), FieldEntry::NONE);
  EXPECT_EQ(*Of({"B-x", "L-x", "E-x"}, old), FieldEntry::NONE) << "a mixture";
}

TEST_F(TagSchemeOfTest, CanBeSpecified) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, FieldEntry::IOB2, {FieldEntry::IOB1}), FieldEntry::IOB1);
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, FieldEntry::IOB2, {FieldEntry::NONE}), FieldEntry::NONE);
  EXPECT_THAT(Of({"B-x", "L-x", "O"}, FieldEntry::BILOU, {FieldEntry::IOB2}),
              FailsWith(kInvalid, "has the tag 'L-x', which that scheme does not have"));
}

// An old data set does not record which of two schemes it has, and strict counts differ.
TEST_F(TagSchemeOfTest, IsNotGuessedForStrictCounts) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const EntitySpec strict{FieldEntry::UNRECORDED, EntityMode::kStrict};
  EXPECT_THAT(Of({"B-x", "I-x", "O"}, FieldEntry::UNRECORDED, strict),
              FailsWith(kInvalid, "iob1 or iob2, which this mode requires; set --tag_scheme"));
  EXPECT_EQ(*Of({"B-x", "L-x", "O"}, FieldEntry::UNRECORDED, strict), FieldEntry::BILOU);
  EXPECT_EQ(*Of({"B-x", "I-x", "O"}, FieldEntry::IOB2, strict), FieldEntry::IOB2);
  EXPECT_EQ(*Of({"B-x", "I-x"}, FieldEntry::UNRECORDED, {FieldEntry::IOB1, EntityMode::kStrict}),
            FieldEntry::IOB1);
}

TEST(TagMetricsTest, CountsEntitiesAndTagsOverBatches) {
  const Vocabulary tags = Labels({"O", "B-x", "I-x", "B-y"});
  const auto metrics = CreateTagMetrics(tags, {FieldEntry::IOB2});
  std::vector<int64_t> counts(metrics->width());
  // The first sentence is O B-x I-x, predicted correctly. The second is B-y and an unseen tag; the
  // first tag is predicted correctly, the second as O. There is a piece without a tag in between.
  metrics->Count(Tagged(3, 2, {0, 3, 1, kNoTarget, 2, 4}, {3, 3}),
                 std::vector<int32_t>{0, 3, 1, kNoTarget, 2, 0}, counts);
  // Another batch, with an x that ends too late.
  metrics->Count(Tagged(6, 1, {1, 0, 0, 0, 0, 0}, {6}), std::vector<int32_t>{1, 2, 0, 0, 0, 0},
                 counts);
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 9.0 / 11);
  // Found: x, y, x. Present: x, y, the unseen one, x. Correct: two.
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "precision"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "recall"), 2.0 / 4);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "f1"), 4.0 / 7);
  EXPECT_EQ(evaluation.score, ValueOf(evaluation, "f1"));
  EXPECT_EQ(ValueOf(evaluation, "tokens"), 11);
  EXPECT_EQ(ValueOf(evaluation, "unseen_tags"), 1);
  const MetricTable* by_type = TableOf(evaluation, "by_type");
  ASSERT_NE(by_type, nullptr);
  ASSERT_EQ(by_type->rows.size(), 3);
  EXPECT_EQ(by_type->rows[0].name, "<unseen>");
  EXPECT_THAT(by_type->rows[1].values, ElementsAre(0.5, 0.5, 0.5, 2));
  const MetricTable* by_length = TableOf(evaluation, "by_length");
  ASSERT_NE(by_length, nullptr);
  ASSERT_EQ(by_length->rows.size(), 2);
  EXPECT_EQ(by_length->rows[0].name, "1 to 4");
  EXPECT_THAT(by_length->rows[0].values, ElementsAre(0.8, 2));
  EXPECT_THAT(by_length->rows[1].values, ElementsAre(5.0 / 6, 1));
}

TEST(TagMetricsTest, TagsWithoutSchemeHaveNoEntities) {
  const auto metrics = CreateTagMetrics(Labels({"NOUN", "VERB"}), {FieldEntry::NONE});
  const auto width = static_cast<size_t>(metrics->width());
  std::vector<int64_t> memory(width + 4);
  const std::span counts(memory.data(), width);
  // The last tag is unseen.
  metrics->Count(Tagged(4, 1, {0, 1, 1, 2}, {}), std::vector<int32_t>{0, 1, 0, 0}, counts);
  EXPECT_THAT(std::span(memory).subspan(width), Each(0));
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  EXPECT_EQ(evaluation.Find("f1"), nullptr);
  EXPECT_DOUBLE_EQ(evaluation.score, 2.0 / 4);
  EXPECT_EQ(ValueOf(evaluation, "unseen_tags"), 1);
  const MetricTable* by_label = TableOf(evaluation, "by_label");
  ASSERT_NE(by_label, nullptr);
  EXPECT_THAT(by_label->rows[1].values, ElementsAre(1, 0.5, 2.0 / 3, 2));
  ASSERT_EQ(by_label->rows.size(), 3);
  EXPECT_EQ(by_label->rows[2].name, "<unseen>");
  EXPECT_THAT(by_label->rows[2].values, ElementsAre(0, 0, 0, 1));
}

// In old data sets, unseen tags have no names; in new ones, they mark the entities that their names
// indicate.
TEST(TagMetricsTest, UnseenTagsMarkEntities) {
  const auto metrics =
      CreateTagMetrics(Labels({"B-x", "I-x", "O"}, {"B-y", "I-y"}), {FieldEntry::IOB2});
  std::vector<int64_t> counts(metrics->width());
  // B-y I-y O B-x, predicted as B-x I-x O B-x: one x is wrong, and a y of two words is missing.
  metrics->Count(Tagged(4, 1, {5, 6, 2, 0}, {4}), std::vector<int32_t>{0, 1, 2, 0}, counts);
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 2.0 / 4);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "f1"), 2.0 / 4);
  EXPECT_EQ(ValueOf(evaluation, "unseen_tags"), 2);
  const MetricTable* by_type = TableOf(evaluation, "by_type");
  ASSERT_NE(by_type, nullptr);
  EXPECT_EQ(by_type->also, "per_label");
  ASSERT_EQ(by_type->rows.size(), 2);
  EXPECT_EQ(by_type->rows[1].name, "y");
  EXPECT_THAT(by_type->rows[1].values, ElementsAre(0, 0, 0, 1));
}

// An L after a U begins an entity by the rules of conlleval, but not by those of BILOU.
TEST(TagMetricsTest, CountsDependOnSchemeAndMode) {
  for (const EntityMode mode : {EntityMode::kConlleval, EntityMode::kStrict}) {
    const auto metrics =
        CreateTagMetrics(Labels({"B-x", "L-x", "O", "U-x"}), {FieldEntry::BILOU, mode});
    std::vector<int64_t> counts(metrics->width());
    metrics->Count(Tagged(5, 1, {0, 1, 3, 3, 2}, {5}), std::vector<int32_t>{0, 1, 3, 1, 2}, counts);
    Evaluation evaluation;
    metrics->ComputeMetrics(counts, &evaluation);
    const bool strict = mode == EntityMode::kStrict;
    EXPECT_DOUBLE_EQ(ValueOf(evaluation, "recall"), strict ? 2.0 / 3 : 1);
    EXPECT_DOUBLE_EQ(ValueOf(evaluation, "precision"), 1);
    const auto& signatures = evaluation.signatures;
    ASSERT_EQ(signatures.size(), 2u);
    EXPECT_EQ(signatures[0].second, "bilou");
    EXPECT_EQ(signatures[1].second, strict ? "strict" : "conlleval");
  }
}

TEST(ClassMetricsTest, HasAConfusionMatrix) {
  const auto metrics = CreateClassMetrics(Labels({"1", "5", "3"}));
  std::vector<int64_t> counts(metrics->width());
  metrics->Count(Tagged(7, 4, {0, 1, 2, 2}, {7, 3, 3, 1}), std::vector<int32_t>{0, 2, 2, 1},
                 counts);
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 0.5);
  EXPECT_EQ(evaluation.score, 0.5);
  // 5 predicted as 3, and 3 as 5.
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "mean_absolute_error"), 4.0 / 4);
  EXPECT_EQ(ValueOf(evaluation, "unseen_labels"), 0);
  const MetricTable* confusion = TableOf(evaluation, "confusion");
  ASSERT_NE(confusion, nullptr);
  ASSERT_EQ(confusion->rows.size(), 3);
  EXPECT_EQ(confusion->rows[1].name, "3") << "in the order of numbers";
  EXPECT_THAT(confusion->rows[1].values, ElementsAre(0, 1, 1));
  const std::string text = EvaluationText(evaluation);
  EXPECT_THAT(text, HasSubstr("accuracy"));
  EXPECT_THAT(text, HasSubstr("by length"));
}

TEST(ClassMetricsTest, KeepsTheConfusionOfTheMostFrequentLabels) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(absl::StrCat("label", i));
  const auto metrics = CreateClassMetrics(Labels(names));
  std::vector<int64_t> counts(metrics->width());
  // Label n occurs n times and is predicted as n, except that 99 is once predicted as 98. Labels
  // from 0 to 49 never occur.
  for (int label = 50; label < 100; ++label) {
    for (int i = 0; i < label; ++i) {
      const bool wrong = label == 99 && i == 0;
      metrics->Count(Tagged(1, 1, {label}, {1}), std::vector<int32_t>{wrong ? 98 : label}, counts);
    }
  }
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  const ConfusionCounts& confusion = evaluation.confusion;
  ASSERT_EQ(confusion.labels.size(), 30u);
  EXPECT_EQ(confusion.labels[0], "label70") << "in the order of labels";
  EXPECT_EQ(confusion.labels[29], "label99");
  EXPECT_EQ(confusion.left_out, 20) << "labels that do not occur do not count";
  ASSERT_EQ(confusion.counts.size(), 900u);
  EXPECT_EQ(confusion.counts[0], 70);
  EXPECT_EQ(confusion.counts[29 * 30 + 28], 1) << "[reference, predicted]";
  EXPECT_EQ(confusion.counts[28 * 30 + 29], 0);
}

// `train` has the labels 1 to 4. The test split has 5, for which every prediction is wrong.
TEST(ClassMetricsTest, CountsUnseenLabels) {
  const auto metrics = CreateClassMetrics(Labels({"1", "2", "3", "4"}, {"5", "50"}));
  std::vector<int64_t> counts(metrics->width());
  // Ten examples of 5 and ten of 1, all predicted as 1.
  std::vector<int32_t> references(20, 6), predicted(20, 0);
  std::fill_n(references.begin(), 10, 0);
  metrics->Count(Tagged(1, 20, references, std::vector<int32_t>(20, 1)), predicted, counts);
  Evaluation evaluation;
  metrics->ComputeMetrics(counts, &evaluation);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "mean_absolute_error"), 2);
  EXPECT_DOUBLE_EQ(ValueOf(evaluation, "macro_f1"), (2.0 / 3 + 0) / 2);
  EXPECT_EQ(ValueOf(evaluation, "unseen_labels"), 10);
  const MetricTable* confusion = TableOf(evaluation, "confusion");
  ASSERT_NE(confusion, nullptr);
  ASSERT_EQ(confusion->rows.size(), 5) << "50 is not in the split";
  EXPECT_EQ(confusion->rows[4].name, "5");
  EXPECT_THAT(confusion->rows[4].values, ElementsAre(10, 0, 0, 0));
  const MetricTable* by_label = TableOf(evaluation, "by_label");
  ASSERT_NE(by_label, nullptr);
  EXPECT_EQ(by_label->rows[4].name, "5");
  EXPECT_THAT(by_label->rows[4].values, ElementsAre(0, 0, 0, 10));
}

// If a label is not a number or has no name, there is no mean absolute error, and a remark explains
// why.
TEST(ClassMetricsTest, ExplainsMissingMeanAbsoluteError) {
  const auto remark = [](int32_t reference) {
    const auto metrics = CreateClassMetrics(Labels({"1", "2"}, {"n/a"}));
    std::vector<int64_t> counts(metrics->width());
    metrics->Count(Tagged(1, 2, {0, reference}, {1, 1}), std::vector<int32_t>{0, 0}, counts);
    Evaluation evaluation;
    metrics->ComputeMetrics(counts, &evaluation);
    EXPECT_EQ(evaluation.Find("mean_absolute_error") == nullptr, reference > 1) << reference;
    return evaluation.remarks.empty() ? "" : evaluation.remarks[0];
  };
  EXPECT_EQ(remark(1), "");
  EXPECT_THAT(remark(4), HasSubstr("the label 'n/a' of the split is not a number"));
  EXPECT_THAT(remark(2), HasSubstr("does not have the names of the labels of 1 examples"));
}

TEST(ClassMetricsTest, NonNumericLabelsHaveNoMeanAbsoluteError) {
  for (const char* label : {"good", "nan", "inf"}) {
    const auto metrics = CreateClassMetrics(Labels({"1", label}));
    Evaluation evaluation;
    metrics->ComputeMetrics(std::vector<int64_t>(metrics->width()), &evaluation);
    EXPECT_EQ(evaluation.Find("mean_absolute_error"), nullptr) << label;
    EXPECT_TRUE(evaluation.remarks.empty());
  }
}

TEST(EvaluationTest, JsonHasMetricsInOrderAndTablesOnRequest) {
  Evaluation evaluation{.loss = 0.5, .score = 1};
  evaluation.metrics = {{"loss", 0.5, "nats", true}, {"tokens", 7, "", false, true}};
  evaluation.tables = {
      {"by_label", {{"f1"}, {"present", 0, "", false, true}}, {{"A", {0.25, 3}}}, "also"}};
  JsonObject with, without;
  AddEvaluation(evaluation, true, &with);
  AddEvaluation(evaluation, false, &without);
  EXPECT_EQ(with.ToString(),
            R"({"loss": 0.5, "tokens": 7, "by_label": {"A": {"f1": 0.25, "present": 3}}, )"
            R"("also": {"A": {"f1": 0.25, "present": 3}}})");
  EXPECT_EQ(without.ToString(), R"({"loss": 0.5, "tokens": 7})");
  EXPECT_EQ(MainMetricsText(evaluation), "loss 0.5000");
}

}  // namespace
}  // namespace elman
