// Tests of what evaluators report to observers, and of metrics computed from it.
#include "trainer/eval/evaluators/example_sums.h"

#include <google/protobuf/text_format.h>

#include <list>
#include <map>
#include <memory>

#include "data/shards/dataset.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/gradient_check.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/eval/loading/comparison.h"
#include "trainer/network/factory/model_factory.h"

namespace elman {
namespace {

constexpr uint32_t kPredicted = 12;
constexpr int kExamples = 70;

// Records what it observes.
class Notes : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override {
    ASSERT_EQ(piece.targets.size(), piece.losses.size());
    double loss = 0;
    for (size_t i = 0; i < piece.losses.size(); ++i) {
      ASSERT_TRUE(
          targets.try_emplace({piece.example, piece.first_target + i}, piece.targets[i]).second);
      loss += piece.losses[i];
    }
    EXPECT_NEAR(loss, piece.sums.real[0], 1e-9);
    total += loss;
  }
  std::map<std::pair<uint64_t, uint64_t>, int32_t> targets;  // by example and position
  double total = 0;
};

class ExampleSumsTest : public testing::TestWithParam<Task> {
 protected:
  ExampleSumsTest() : fields_(RandomTaskExamples(GetParam(), kExamples, 9, kPredicted)) {
    WriteMadeDataset(scratch_.path(), GetParam(), {fields_}, kPredicted);
    dataset_ = *Dataset::Open(scratch_.path());
  }

  static TrainingConfig Config(int batch_size, int sequence_length) {
    TrainingConfig config;
    google::protobuf::TextFormat::ParseFromString("layers: 1 hidden_size: 6 embedding_size: 5",
                                                  config.mutable_model());
    config.mutable_evaluation()->set_batch_size(batch_size);
    config.set_sequence_length(sequence_length);
    return config;
  }

  std::unique_ptr<Model> MakeModel(uint32_t seed) {
    auto model = *CreateModel(GetParam(), Config(1, 1).model(),
                              VocabulariesOf(dataset_->manifest().fields()));
    values_.push_back(RandomFloats(model->parameters().size(), seed, 1));
    model->UseValues(values_.back().data());
    return model;
  }

  Scratch scratch_;
  const FieldExamples fields_;
  std::shared_ptr<const Dataset> dataset_;
  std::list<std::vector<float>> values_;
};

INSTANTIATE_TEST_SUITE_P(Tasks, ExampleSumsTest,
                         testing::Values(LANGUAGE_MODEL, TAGGING, CLASSIFICATION),
                         [](const auto& task) { return Task_Name(task.param); });

// However the split is divided, every target is observed once, with its example and position.
TEST_P(ExampleSumsTest, ObservesEveryTargetOnce) {
  const Examples& wanted = fields_.back();
  const auto model = MakeModel(1);
  for (const int batch_size : {1, 3, 16, 20, 100}) {
    for (const int sequence_length : {1, 4, 35}) {
      SCOPED_TRACE(testing::Message() << batch_size << " times " << sequence_length);
      const auto evaluator =
          *CreateEvaluator(dataset_, "train", Config(batch_size, sequence_length));
      Notes notes;
      evaluator->AddObserver(&notes);
      const auto evaluation = evaluator->Evaluate(model.get());
      ASSERT_THAT(evaluation, IsOk());
      size_t targets = 0;
      for (size_t example = 0; example < wanted.size(); ++example) {
        for (size_t i = 0; i < wanted[example].size(); ++i, ++targets) {
          const auto found = notes.targets.find({example, i});
          ASSERT_NE(found, notes.targets.end()) << example << ", " << i;
          if (wanted[example][i] < kPredicted) {
            ASSERT_EQ(found->second, static_cast<int32_t>(wanted[example][i]));
          }
        }
      }
      if (GetParam() == LANGUAGE_MODEL) {
        EXPECT_EQ(notes.targets.size(), targets);
        EXPECT_NEAR(notes.total / static_cast<double>(targets), evaluation->loss, 1e-9);
      }
    }
  }
}

// All examples once give the metrics of the split; a subset gives those of a split with only these
// examples.
TEST_P(ExampleSumsTest, SumsOfExamplesGiveTheMetrics) {
  const auto model = MakeModel(1);
  const auto evaluator = *CreateEvaluator(dataset_, "train", Config(20, 4));
  ExampleSums sums(kExamples);
  EXPECT_FALSE(sums.complete());
  evaluator->AddObserver(&sums);
  const Evaluation evaluation = *evaluator->Evaluate(model.get());
  EXPECT_TRUE(sums.complete());
  std::vector<uint32_t> times(kExamples, 1);
  const Evaluation again = evaluator->ComputeMetrics(sums.Total(times));
  ASSERT_EQ(again.metrics.size(), evaluation.metrics.size());
  for (size_t i = 0; i < again.metrics.size(); ++i) {
    EXPECT_NEAR(again.metrics[i].value, evaluation.metrics[i].value,
                1e-9 * std::abs(evaluation.metrics[i].value))
        << again.metrics[i].name;
  }
  // Two copies of every example change no metric except counts.
  std::ranges::fill(times, 2);
  const Evaluation doubled = evaluator->ComputeMetrics(sums.Total(times));
  for (size_t i = 0; i < again.metrics.size(); ++i) {
    if (!again.metrics[i].is_main) continue;
    EXPECT_NEAR(doubled.metrics[i].value, evaluation.metrics[i].value, 1e-9)
        << again.metrics[i].name;
  }
}

TEST_P(ExampleSumsTest, ComparesModels) {
  const auto evaluator = *CreateEvaluator(dataset_, "train", Config(20, 4));
  const auto model = MakeModel(1), other = MakeModel(2);
  ExampleSums sums(kExamples), others(kExamples);
  evaluator->AddObserver(&sums);
  const Evaluation evaluation = *evaluator->Evaluate(model.get());
  // Divided in another way, the examples are the same.
  const auto others_evaluator = *CreateEvaluator(dataset_, "train", Config(7, 3));
  others_evaluator->AddObserver(&others);
  const Evaluation others_evaluation = *others_evaluator->Evaluate(other.get());
  const auto table = Compare(*evaluator, {evaluation, sums}, {others_evaluation, others}, 200);
  ASSERT_THAT(table, IsOk());
  ASSERT_GE(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].name, "loss");
  for (const MetricTable::Row& row : table->rows) {
    const double value = row.values[0], others_value = row.values[1];
    EXPECT_EQ(value, evaluation.Find(row.name)->value);
    EXPECT_EQ(others_value, others_evaluation.Find(row.name)->value);
    EXPECT_EQ(row.values[2], value - others_value);
    EXPECT_LE(row.values[3], row.values[2]) << row.name;
    EXPECT_GE(row.values[4], row.values[2]) << row.name;
    EXPECT_GT(row.values[5], 0);
    EXPECT_LE(row.values[5], 1);
  }
  ExampleSums nothing(kExamples);
  EXPECT_THAT(Compare(*evaluator, {evaluation, sums}, {others_evaluation, nothing}, 200),
              FailsWith(absl::StatusCode::kUnimplemented, "cannot compare models of this task"));
}

}  // namespace
}  // namespace elman
