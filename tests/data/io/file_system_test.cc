#include "data/io/file_system.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

TEST(RenameFile, DoesNotReplaceFiles) {
  Scratch scratch;
  scratch.Write("a", "1");
  scratch.Write("b", "2");
  EXPECT_THAT(RenameFile(scratch.Path("a"), scratch.Path("b")),
              FailsWith(absl::StatusCode::kAlreadyExists, scratch.Path("b")));
  EXPECT_EQ(scratch.Read("b"), "2");
  EXPECT_THAT(RenameFile(scratch.Path("a"), scratch.Path("c")), IsOk());
  EXPECT_THAT(scratch.Names(), ElementsAre("b", "c"));
  EXPECT_THAT(RenameFile(scratch.Path("a"), scratch.Path("d")),
              FailsWith(absl::StatusCode::kNotFound, scratch.Path("a")));
}

TEST(CreateFolder, CreatesParentsAndRefusesFiles) {
  Scratch scratch;
  ASSERT_THAT(CreateFolder(scratch.Path("a/b/c")), IsOk());
  ASSERT_THAT(CreateFolder(scratch.Path("a/b/c/")), IsOk());
  EXPECT_TRUE(IsFolder(scratch.Path("a/b/c")));
  scratch.Write("file", "");
  EXPECT_FALSE(CreateFolder(scratch.Path("file")).ok());
  EXPECT_FALSE(CreateFolder(scratch.Path("file/under")).ok());
}

}  // namespace
}  // namespace elman
