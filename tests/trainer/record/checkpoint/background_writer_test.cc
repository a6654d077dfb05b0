#include "trainer/record/checkpoint/background_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

TEST(BackgroundWriter, SavesWhatTheSnapshotWas) {
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
