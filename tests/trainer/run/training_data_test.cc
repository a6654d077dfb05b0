#include "trainer/run/training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"
#include "trainer/config/run_config.h"

namespace elman {
namespace {

using testing::HasSubstr;

constexpr uint32_t kTypes = 50;

TrainingConfig Config(int max_length) {
  return *ParseRunConfig("model {}", "test", {absl::StrCat("max_length=", max_length)});
}

class LongTrainingExamplesTest : public testing::Test {
 protected:
  void Write(Task task) {
    std::vector<FieldExamples> shards;
    for (int shard = 0; shard < 3; ++shard)
      shards.push_back(RandomTaskExamples(task, 40 + shard, 30, kTypes));
    folder_ = std::make_unique<Scratch>();
    WriteMadeDataset(folder_->path(), task, shards, kTypes);
    dataset_ = *Dataset::Open(folder_->path());
    fields_.assign(shards[0].size(), {});
    for (const FieldExamples& shard : shards) {
      for (size_t f = 0; f < shard.size(); ++f)
        fields_[f].insert(fields_[f].end(), shard[f].begin(), shard[f].end());
    }
  }

  std::unique_ptr<Scratch> folder_;
  std::shared_ptr<const Dataset> dataset_;
  FieldExamples fields_;
};

TEST_F(LongTrainingExamplesTest, AreFoundByAllRanksTogether) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION}) {
    Write(task);
    for (const size_t most : {1, 12, 29, 30}) {
      LongExamples expected;
      for (size_t i = 0; i < fields_[0].size(); ++i) {
        if (fields_[0][i].size() <= most && fields_[1][i].size() <= most) continue;
        expected.examples.push_back(i);
        expected.tokens += fields_[0][i].size();
      }
      for (const int ranks : {1, 2, 5}) {
        RunThreadGroup(ranks, [&](Communicator* communicator) {
          const auto found =
              FindLongExamples(communicator, {dataset_}, Config(static_cast<int>(most)));
          ASSERT_THAT(found, IsOk());
          EXPECT_EQ((*found)[0].examples, expected.examples);
          EXPECT_EQ((*found)[0].tokens, expected.tokens);
        });
      }
    }
  }
}

TEST_F(LongTrainingExamplesTest, AreReportedInOneLine) {
  Write(TAGGING);
  const Datasets datasets = {dataset_};
  EXPECT_EQ(LongExamplesText(datasets, {LongExamples()}, 12), "");
  const uint64_t tokens = (*dataset_->FindSplit("train"))->counts(0).tokens();
  EXPECT_THAT(LongExamplesText(datasets, {{.examples = {1, 2}, .tokens = tokens}}, 1200),
              HasSubstr("left out 2 of 123 training examples, of more than 1,200 tokens "
                        "(max_length), 100.0 % of the tokens"));
}

TEST_F(LongTrainingExamplesTest, AreRefusedForRunningText) {
  Scratch folder;
  WriteMadeDataset(folder.path(), {RandomExamples(60, 8, 12)}, 12);
  const Datasets datasets = {*Dataset::Open(folder.path())};
  RunThreadGroup(2, [&](Communicator* communicator) {
    EXPECT_THAT(FindLongExamples(communicator, datasets, Config(0)), IsOk());
    const auto found = FindLongExamples(communicator, datasets, Config(9));
    EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(found.status().message()), HasSubstr("max_length is 9"));
  });
}

}  // namespace
}  // namespace elman
