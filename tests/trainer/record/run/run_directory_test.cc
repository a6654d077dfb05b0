#include "trainer/record/run/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;

TEST(RunDirectoryTest, ReportsTheOwner) {
  Scratch scratch;
  const auto directory = RunDirectory::Open(scratch.Path("run"));
  ASSERT_THAT(directory, IsOk());
  EXPECT_THAT(scratch.Read("run/lock"), HasSubstr("process " + std::to_string(getpid())));
}

TEST(RunDirectoryTest, WaitsForAnOwnerThatExits) {
  Scratch scratch;
  auto first = *RunDirectory::Open(scratch.Path("run"));
  scratch.Write("run/config.textproto", "");
  std::thread owner([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    first.reset();
  });
  EXPECT_THAT(RunDirectory::Open(scratch.Path("run")), IsOk());
  owner.join();
}

TEST(RunDirectoryTest, RefusesASecondOwnerAndNamesTheFirst) {
  Scratch scratch;
  const auto first = *RunDirectory::Open(scratch.Path("run"));
  EXPECT_THAT(
      RunDirectory::Open(scratch.Path("run"), absl::Milliseconds(200)),
      FailsWith(absl::StatusCode::kFailedPrecondition,
                "process " + std::to_string(getpid()) + "); stop it first, or give another"));
}

TEST(RunDirectoryTest, RemovesAnEmptyFolderThatItCreated) {
  Scratch scratch;
  RunDirectory::Open(scratch.Path("run")).value().reset();
  EXPECT_THAT(scratch.Names(), testing::IsEmpty());
}

TEST(RunDirectoryTest, KeepsAnExistingOrUsedFolder) {
  Scratch scratch;
  ASSERT_TRUE(std::filesystem::create_directory(scratch.Path("mine")));
  RunDirectory::Open(scratch.Path("mine")).value().reset();
  auto used = *RunDirectory::Open(scratch.Path("used"));
  scratch.Write("used/metrics.jsonl", "");
  used.reset();
  EXPECT_THAT(scratch.Names(), testing::ElementsAre("mine", "used"));
}

TEST(RunDirectoryTest, DoesNotFollowLinks) {
  Scratch scratch, elsewhere;
  std::filesystem::create_symlink(elsewhere.Write("precious", "text"), scratch.Path("lock"));
  EXPECT_THAT(RunDirectory::Open(scratch.path()),
              FailsWith(absl::StatusCode::kDataLoss, scratch.Path("lock") + ": expected a file"));
  EXPECT_EQ(elsewhere.Read("precious"), "text");
}

TEST(RunDirectoryTest, RefusesAFile) {
  Scratch scratch;
  EXPECT_FALSE(RunDirectory::Open(scratch.Write("file", "")).ok());
}

}  // namespace
}  // namespace elman
