#include "data/io/temporary_folder.h"

#include "data/io/atomic_file.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

TEST(TemporaryFolder, AppearsCompleteOrNotAtAll) {
  Scratch scratch;
  {
    auto folder = *TemporaryFolder::Create(scratch.Path("new/data"));
    ASSERT_THAT(WriteFile(JoinPath(folder->temporary_path(), "a"), "x"), IsOk());
    EXPECT_FALSE(FileExists(scratch.Path("new/data")));
    ASSERT_THAT(folder->Publish(), IsOk());
  }
  EXPECT_EQ(scratch.Read("new/data/a"), "x");
  {
    auto folder = *TemporaryFolder::Create(scratch.Path("other/"));
    ASSERT_THAT(WriteFile(JoinPath(folder->temporary_path(), "a"), "x"), IsOk());
  }
  EXPECT_THAT(scratch.Names(), ElementsAre("new"));
}

TEST(TemporaryFolder, ReplacesOnlyAnEmptyFolder) {
  Scratch scratch;
  ASSERT_THAT(CreateFolder(scratch.Path("empty")), IsOk());
  EXPECT_THAT((*TemporaryFolder::Create(scratch.Path("empty")))->Publish(), IsOk());
  ASSERT_THAT(CreateFolder(scratch.Path("full")), IsOk());
  scratch.Write("full/precious", "x");
  EXPECT_THAT((*TemporaryFolder::Create(scratch.Path("full")))->Publish(),
              FailsWith(absl::StatusCode::kAlreadyExists, "full"));
  EXPECT_EQ(scratch.Read("full/precious"), "x");
}

TEST(RemoveFolder, DoesNotFollowLinks) {
  Scratch scratch;
  scratch.Write("outside", "x");
  ASSERT_THAT(CreateFolder(scratch.Path("folder/inner")), IsOk());
  std::filesystem::create_symlink(scratch.Path("outside"), scratch.Path("folder/inner/link"));
  RemoveFolder(scratch.Path("folder"));
  EXPECT_THAT(scratch.Names(), ElementsAre("outside"));
  RemoveFolder(scratch.Path("folder"));
}

}  // namespace
}  // namespace elman
