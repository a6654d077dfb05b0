#include "trainer/record/checkpoint/background_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

TEST(BackgroundWriter, SavesTheSnapshot) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  BackgroundWriter writer(&directory, /*keep=*/2);
  EXPECT_FALSE(writer.busy());
  EXPECT_FALSE(writer.Outcome(absl::InfiniteDuration()).has_value());
  for (const int64_t step : {10, 20, 30}) {
    *writer.snapshot() = MadeCheckpoint(step);
    writer.Begin(/*is_best=*/false);
    EXPECT_TRUE(writer.busy());
    const std::optional<SaveOutcome> outcome = writer.Outcome(absl::InfiniteDuration());
    ASSERT_TRUE(outcome.has_value());
    EXPECT_FALSE(writer.busy());
    EXPECT_EQ(outcome->step, step);
    EXPECT_EQ(outcome->path, directory.PathOf(step));
    EXPECT_EQ(*outcome->content_hash, ContentHash(MadeCheckpoint(step)));
    EXPECT_THAT(outcome->pruned, IsOk());
    EXPECT_THAT(ReadCheckpoint(directory.PathOf(step)), IsOk());
  }
  EXPECT_THAT(*directory.Steps(), testing::ElementsAre(20, 30));
}

class LostBestTest : public testing::Test {
 protected:
  // Saves the checkpoint of `step`; the best is that of `best_step`.
  SaveOutcome Save(int64_t step, int64_t best_step) {
    *writer_.snapshot() = MadeCheckpoint(step, best_step);
    writer_.Begin(step == best_step);
    return *writer_.Outcome(absl::InfiniteDuration());
  }

  Scratch scratch_;
  CheckpointDirectory directory_{scratch_.path()};
  BackgroundWriter writer_{&directory_, /*keep=*/1};
};

TEST_F(LostBestTest, FallsBackToThePreviousBest) {
  EXPECT_FALSE(Save(10, 10).lost_best.has_value());
  std::filesystem::create_directories(directory_.PathOf(20));  // cannot be written
  const SaveOutcome failed = Save(20, 20);
  EXPECT_FALSE(failed.content_hash.ok());
  ASSERT_TRUE(failed.lost_best.has_value());
  EXPECT_EQ(failed.lost_best->step, 20);
  EXPECT_TRUE(failed.lost_best->has_best);
  EXPECT_EQ(failed.lost_best->best_step, 10);
  EXPECT_EQ(failed.lost_best->best_loss, 1.5);
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
}

TEST_F(LostBestTest, IsNoneIfTheFileWasRemoved) {
  Save(10, 10);
  EXPECT_FALSE(Save(20, 10).lost_best.has_value());
  std::filesystem::remove(directory_.PathOf(10));
  const SaveOutcome outcome = Save(30, 10);
  ASSERT_TRUE(outcome.lost_best.has_value());
  EXPECT_EQ(outcome.lost_best->step, 10);
  EXPECT_FALSE(outcome.lost_best->has_best);
  EXPECT_TRUE(absl::IsNotFound(directory_.Find(kBest).status()));
  EXPECT_THAT(outcome.pruned, IsOk());
  EXPECT_THAT(*directory_.Steps(), testing::ElementsAre(30));
}

TEST(BackgroundWriter, TheDestructorWaits) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  {
    BackgroundWriter writer(&directory, 1);
    *writer.snapshot() = MadeCheckpoint(10);
    writer.Begin(/*is_best=*/true);
  }
  EXPECT_THAT(ReadCheckpoint(*ResolveCheckpoint(scratch.path(), kBest)), IsOk());
}

TEST(BackgroundWriterDeathTest, OneSaveAtATime) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  BackgroundWriter writer(&directory, 1);
  *writer.snapshot() = MadeCheckpoint(10);
  writer.Begin(false);
  EXPECT_DEATH(writer.Begin(false), "");
}

}  // namespace
}  // namespace elman
