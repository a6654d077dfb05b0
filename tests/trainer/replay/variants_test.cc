// Properties that every cell, optimizer and task must have, tested with complete runs with threads
// as ranks: the same bits on any ranks and nodes, exact resume, replay of a step, and diagnostics
// that change nothing. The lists come from tests/support/variants.h: a new variant is tested
// without a change here, unless its task needs settings of its own (ConfigOf).
#include "tests/support/variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/text/task_fields.h"
#include "tests/data/shards/made_dataset.h"
#include "trainer/comm/single_process.h"
#include "trainer/comm/thread_group.h"
#include "trainer/config/run_config.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/replay/replay.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

using testing::HasSubstr;

constexpr int kWords = 14, kLabels = 4;
// Number of steps of a run, which ends within its second epoch or later, and the step of the
// interruption.
constexpr int kSteps = 11, kPart = 4;

struct Variant {
  std::string name;
  Task task = LANGUAGE_MODEL;
  std::vector<std::string> overrides;
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

std::string ConfigOf(Task task) {
  constexpr char kShared[] =
      "lanes: 3 max_epochs: 100 seed: 3 logging { every_steps: 1 samples: 0 }"
      "compare_every_steps: 2 diagnostics { every_steps: 0 }";
  if (TaskOfModel(task) == EMBEDDING) {
    return absl::StrCat(
        kShared, "model { embedding_size: 5 word_vectors { window: 2 subsample: 0.1 method: ",
        task == COOCCURRENCE ? "GLOVE" : "SKIP_GRAM",
        " } } optimizer { kind: ADAGRAD learning_rate: 0.1 }"
        "loss { normalization: SUM } batch_size: 6 sequence_length: 9");
  }
  return absl::StrCat(
      kShared, "model { layers: 2 hidden_size: 5 embedding_size: 7 dropout: 0.3 weight_dropout: ",
      task == TRANSLATION ? "0" : "0.2",
      " } optimizer { kind: ADAM learning_rate: 0.01 clip_norm: 1 }"
      "batch_size: 7 sequence_length: 6");
}

class VariantTest : public testing::TestWithParam<Variant> {
 protected:
  VariantTest() {
    const Task task = GetParam().task;
    const bool labels = task == TAGGING || task == CLASSIFICATION;
    const int size = labels ? kLabels : kWords;
    WriteMadeDataset(
        data_.path(), task,
        {RandomTaskExamples(task, 21, 8, size), RandomTaskExamples(task, 9, 8, size, 2)}, size);
    const auto dataset = Dataset::Open(data_.path());
    EXPECT_THAT(dataset, IsOk());
    dataset_ = *dataset;
  }

  // Trains into `output`, from its latest checkpoint if there is one, with one rank per element of
  // `nodes`, which is the node of the rank. Returns the content hash of the last checkpoint.
  std::string Run(const std::vector<int>& nodes, const std::string& output, int steps = kSteps,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> overrides = GetParam().overrides;
    overrides.insert(overrides.end(), more.begin(), more.end());
    overrides.push_back(absl::StrCat("max_steps=", steps));
    const auto config = ParseRunConfig(ConfigOf(GetParam().task), "test", overrides);
    EXPECT_THAT(config, IsOk());
    RunThreadGroup(nodes, [&](Communicator* communicator) {
      EXPECT_THAT(RunTraining(communicator, {.config = *config,
                                             .datasets = {dataset_},
                                             .output = scratch_.Path(output),
                                             .quiet = true}),
                  IsOk());
    });
    const auto checkpoint = ReadCheckpoint(*ResolveCheckpoint(scratch_.Path(output), kLatest));
    EXPECT_THAT(checkpoint, IsOk());
    EXPECT_EQ(checkpoint->header.progress().step(), steps);
    return ContentHash(*checkpoint);
  }

  Scratch data_, scratch_;
  std::shared_ptr<const Dataset> dataset_;
};

TEST_P(VariantTest, SameBitsOnAnyRanksAndNodes) {
  const std::string hash = Run({0}, "one");
  for (const std::vector<int>& nodes : {std::vector<int>{0, 0}, {0, 0, 0}, {0, 1, 1}})
    EXPECT_EQ(Run(nodes, testing::PrintToString(nodes)), hash) << testing::PrintToString(nodes);
}

TEST_P(VariantTest, ResumesToTheBit) {
  const std::string hash = Run({0}, "straight");
  EXPECT_NE(Run({0, 0, 0}, "part", kPart), hash);
  EXPECT_EQ(Run({0, 0}, "part"), hash);
}

// Diagnostics do not belong to the state from which a run is resumed.
TEST_P(VariantTest, DiagnosticsChangeNoBit) {
  const std::string hash = Run({0}, "plain");
  EXPECT_EQ(Run({0, 0}, "diagnosed", kSteps, {"diagnostics.every_steps=3"}), hash);
  Run({0}, "part", kPart, {"diagnostics.every_steps=1"});
  EXPECT_EQ(Run({0}, "part"), hash);
}

// From the start of the run, and from a checkpoint.
TEST_P(VariantTest, ReplaysAStep) {
  Run({0, 0}, "run", kSteps, {"checkpoint.every_steps=4"});
  SingleProcess alone;
  for (const int64_t step : {kPart - 1, kSteps}) {
    const auto source = FindReplaySource(scratch_.Path("run"), step, {});
    ASSERT_THAT(source, IsOk());
    EXPECT_EQ(source->checkpoint.empty(), step < kPart);
    testing::internal::CaptureStdout();
    EXPECT_THAT(ReplayStep(&alone, {dataset_}, *source, step), IsOk());
    EXPECT_THAT(testing::internal::GetCapturedStdout(),
                HasSubstr("the same loss, gradient norm and learning rate"));
  }
}

template <typename Enum>
std::vector<Variant> Named(const std::string& field, const std::vector<std::string>& overrides) {
  std::vector<Variant> variants;
  for (const Enum each : Variants<Enum>()) {
    variants.push_back({VariantName(each), LANGUAGE_MODEL, overrides});
    variants.back().overrides.push_back(absl::StrCat(field, "=", VariantName(each)));
  }
  return variants;
}

std::vector<Variant> Tasks() {
  std::vector<Variant> variants;
  for (const Task task : Variants<Task>()) variants.push_back({VariantName(task), task, {}});
  return variants;
}

std::string NameOf(const testing::TestParamInfo<Variant>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Cells, VariantTest,
                         testing::ValuesIn(Named<ModelSpec::Cell>("model.cell", {})), NameOf);
INSTANTIATE_TEST_SUITE_P(Optimizers, VariantTest,
                         testing::ValuesIn(Named<OptimizerSpec::Kind>("optimizer.kind",
                                                                      {"optimizer.momentum=0.9"})),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Tasks, VariantTest, testing::ValuesIn(Tasks()), NameOf);
INSTANTIATE_TEST_SUITE_P(
    FixedWindows, VariantTest,
    testing::Values(
        Variant{"OfOne", LANGUAGE_MODEL, {"model.weight_dropout=0", "model.fixed_window.tokens=1"}},
        Variant{"OfSeven",
                LANGUAGE_MODEL,
                {"model.weight_dropout=0", "model.fixed_window.tokens=7",
                 "model.fixed_window.direct_connections=true", "optimizer.kind=SGD"}}),
    NameOf);

}  // namespace
}  // namespace elman
