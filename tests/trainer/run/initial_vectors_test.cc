#include "trainer/run/initial_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/data/shards/made_dataset.h"
#include "trainer/comm/thread_group.h"
#include "trainer/config/run_config.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

constexpr int kWords = 12, kSize = 3;
constexpr char kConfig[] =
    "model { layers: 1 hidden_size: 4 embedding_size: 3 frozen_embeddings: true }"
    "optimizer { kind: ADAM learning_rate: 0.01 weight_decay: 0.1 }"
    "lanes: 2 batch_size: 4 sequence_length: 5 max_epochs: 2 seed: 3";

class InitialVectorsTest : public testing::Test {
 protected:
  InitialVectorsTest() {
    WriteMadeDataset(data_.path(), {RandomExamples(60, 8, kWords)}, kWords);
    dataset_ = *Dataset::Open(data_.path());
    std::string text;
    for (const int id : {3, 5, 7}) absl::StrAppend(&text, "w", id, " ", id, " 0.5 -", id, "\n");
    file_ = data_.Write("vectors.txt", text);
  }

  absl::StatusOr<Checkpoint> Train(int ranks, const std::string& output,
                                   const InitialVectors& vectors,
                                   const std::vector<std::string>& overrides = {}) {
    absl::Status status;
    RunThreadGroup(ranks, [&](Communicator* communicator) {
      const auto end =
          RunTraining(communicator, {.config = *ParseRunConfig(kConfig, "test", overrides),
                                     .datasets = {dataset_},
                                     .output = scratch_.Path(output),
                                     .vectors = vectors});
      if (communicator->rank() == 0) status = end.status();
    });
    if (!status.ok()) return status;
    return ReadCheckpoint(*ResolveCheckpoint(scratch_.Path(output), kLatest));
  }

  std::string ErrorOf(const InitialVectors& vectors,
                      const std::vector<std::string>& overrides = {}) {
    const auto checkpoint = Train(1, absl::StrCat("error", ++errors_), vectors, overrides);
    EXPECT_EQ(checkpoint.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(checkpoint.status().message());
  }

  // Returns the row of a word in the embedding of a checkpoint.
  static std::vector<float> Row(const Checkpoint& checkpoint, int id) {
    const auto& table = checkpoint.header.parameters(0);
    EXPECT_EQ(table.name(), "embedding");
    const float* row = checkpoint.Find(kValuesArray)->data() + table.offset() + id * kSize;
    return {row, row + kSize};
  }

  Scratch data_, scratch_;
  std::shared_ptr<const Dataset> dataset_;
  std::string file_;
  int errors_ = 0;
};

TEST_F(InitialVectorsTest, FrozenVectorsDoNotChange) {
  const auto one = Train(1, "one", {.vectors = file_}), two = Train(2, "two", {.vectors = file_});
  ASSERT_THAT(one, IsOk());
  for (const float id : {3.0f, 5.0f, 7.0f})
    EXPECT_EQ(Row(*one, static_cast<int>(id)), (std::vector<float>{id, 0.5f, -id}));
  EXPECT_EQ(ContentHash(*one), ContentHash(*two));
  // A word without a vector keeps its random one; training would have changed it.
  const auto trained = Train(1, "trained", {.vectors = file_}, {"model.frozen_embeddings=false"});
  ASSERT_THAT(trained, IsOk());
  for (const int id : {3, 4}) EXPECT_NE(Row(*one, id), Row(*trained, id)) << id;
  EXPECT_NE(Row(*one, 4), Row(*one, 6));
}

TEST_F(InitialVectorsTest, ResumedRunUsesTheVectorsOfItsCheckpoint) {
  const auto whole = Train(1, "whole", {.vectors = file_});
  ASSERT_THAT(Train(1, "halves", {.vectors = file_}, {"max_steps=10"}), IsOk());
  const auto resumed = Train(1, "halves", {});
  ASSERT_THAT(resumed, IsOk());
  EXPECT_EQ(ContentHash(*whole), ContentHash(*resumed));
}

TEST_F(InitialVectorsTest, RefusesFilesThatDoNotFitWithARemedy) {
  EXPECT_NE(ErrorOf({}).find("give --vectors=FILE"), std::string::npos);
  EXPECT_NE(
      ErrorOf({.vectors = file_}, {"model.embedding_size=4"}).find("set model.embedding_size=3"),
      std::string::npos);
  EXPECT_NE(ErrorOf({.vectors = file_, .target_vectors = file_}).find("--target_vectors is for"),
            std::string::npos);
  EXPECT_NE(ErrorOf({.vectors = file_}, {"model.frozen_embeddings=false", "model.input=ONE_HOT"})
                .find("set model.input=EMBEDDING"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf({.vectors = data_.Write("others.txt", "x 1 2 3\n")}).find("no vector for any of"),
      std::string::npos);
  EXPECT_NE(ErrorOf({.vectors = file_ + ",word=x"}).find("--vectors="), std::string::npos);
}

}  // namespace
}  // namespace elman
