#include "trainer/checkpoint/background_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/trainer/checkpoint/small_checkpoint.h"
#include "trainer/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

TEST(BackgroundWriter, SavesWhatTheSnapshotWas) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  BackgroundWriter writer(&directory, /*keep=*/2);
  EXPECT_FALSE(writer.busy());
  EXPECT_FALSE(writer.Outcome(absl::InfiniteDuration()).has_value());
  for (const int64_t step : {10, 20, 30}) {
    *writer.snapshot() = SmallCheckpoint(step);
    writer.Begin(/*is_best=*/false);
    EXPECT_TRUE(writer.busy());
    const std::optional<SaveOutcome> outcome = writer.Outcome(absl::InfiniteDuration());
    ASSERT_TRUE(outcome.has_value());
    EXPECT_FALSE(writer.busy());
    EXPECT_EQ(outcome->step, step);
    EXPECT_EQ(outcome->path, directory.PathOf(step));
    EXPECT_EQ(*outcome->content_hash, ContentHash(SmallCheckpoint(step)));
    EXPECT_THAT(outcome->pruned, IsOk());
    EXPECT_THAT(ReadCheckpoint(directory.PathOf(step)), IsOk());
  }
  EXPECT_THAT(*directory.Steps(), testing::ElementsAre(20, 30));
}

// A pipe in the place of `best` makes whoever opens it wait for the other end.
TEST(BackgroundWriter, LetsOthersGoOnMeanwhile) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  Checkpoint first = SmallCheckpoint(10);
  ASSERT_THAT(directory.Save(&first, /*is_best=*/true), IsOk());
  const std::string best = directory.folder() + "/best";
  std::filesystem::remove(best);
  ASSERT_EQ(::mkfifo(best.c_str(), 0600), 0);
  BackgroundWriter writer(&directory, /*keep=*/1);
  *writer.snapshot() = SmallCheckpoint(20);
  writer.Begin(/*is_best=*/false);
  EXPECT_FALSE(writer.Outcome(absl::ZeroDuration()).has_value());
  EXPECT_FALSE(writer.Outcome(absl::Milliseconds(20)).has_value());
  EXPECT_TRUE(writer.busy());
  ::close(::open(best.c_str(), O_WRONLY));
  const auto outcome = writer.Outcome(absl::InfiniteDuration());
  ASSERT_TRUE(outcome.has_value());
  EXPECT_THAT(outcome->content_hash, IsOk());
  EXPECT_FALSE(outcome->pruned.ok()) << "a pipe is no mark";
}

TEST(BackgroundWriter, TheDestructorWaits) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  {
    BackgroundWriter writer(&directory, 1);
    *writer.snapshot() = SmallCheckpoint(10);
    writer.Begin(/*is_best=*/true);
  }
  EXPECT_THAT(ReadCheckpoint(*ResolveCheckpoint(scratch.path(), kBest)), IsOk());
}

TEST(BackgroundWriterDeathTest, OneSaveAtATime) {
  Scratch scratch;
  CheckpointDirectory directory(scratch.path());
  BackgroundWriter writer(&directory, 1);
  *writer.snapshot() = SmallCheckpoint(10);
  writer.Begin(false);
  EXPECT_DEATH(writer.Begin(false), "");
}

}  // namespace
}  // namespace elman
