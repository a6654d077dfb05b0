#include "data/io/folder_lock.h"

#include <unistd.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;

TEST(FolderLock, IsForOneAtATimeAndNamesTheHolder) {
  Scratch folder;
  EXPECT_EQ(FolderLockHolder(folder.path()), "");
  auto first = FolderLock::Take(folder.path());
  ASSERT_THAT(first, IsOk());
  const std::string me = "process " + std::to_string(getpid());
  EXPECT_THAT(FolderLockHolder(folder.path()), HasSubstr(me));
  EXPECT_THAT(FolderLock::Take(folder.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, me));
  first->reset();
  EXPECT_EQ(FolderLockHolder(folder.path()), "");
  EXPECT_THAT(FolderLock::Take(folder.path()), IsOk());
}

TEST(FolderLock, LeavesTheFolderAsItWas) {
  Scratch folder;
  FolderLock::Take(folder.path())->reset();
  EXPECT_THAT(folder.Names(), testing::IsEmpty());
  folder.Write("lock", "a former holder\n");
  EXPECT_EQ(FolderLockHolder(folder.path()), "") << "who ended does not hold it";
  FolderLock::Take(folder.path())->reset();
  EXPECT_THAT(folder.Names(), testing::ElementsAre("lock"));
}

TEST(FolderLock, WritesThroughNoLink) {
  Scratch folder, elsewhere;
  elsewhere.Write("precious", "text");
  std::filesystem::create_symlink(elsewhere.Path("precious"), folder.Path("lock"));
  EXPECT_FALSE(FolderLock::Take(folder.path()).ok());
  EXPECT_EQ(elsewhere.Read("precious"), "text");
  EXPECT_FALSE(FolderLock::Take(folder.Path("none")).ok());
}

}  // namespace
}  // namespace elman
