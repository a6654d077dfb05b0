#include "data/io/atomic_file.h"

#include "data/io/checksum.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

TEST(AtomicFile, AppearsOnlyWhenPublished) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  EXPECT_THAT(file->temporary_path(), StartsWith(scratch.Path("a.tmp-")));
  ASSERT_THAT(file->Append("hel"), IsOk());
  ASSERT_THAT(file->Append("lo"), IsOk());
  EXPECT_EQ(file->size(), 5u);
  EXPECT_FALSE(FileExists(scratch.Path("a")));
  ASSERT_THAT(file->Publish(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "hello");
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
}

TEST(AtomicFile, RemovesItsTemporaryFileIfNotPublished) {
  Scratch scratch;
  {
    auto file = *AtomicFile::Create(scratch.Path("a"));
    ASSERT_THAT(file->Append("x"), IsOk());
    ASSERT_THAT(file->Close(), IsOk());
  }
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(AtomicFile, CanBeReadBackBeforeItIsRenamed) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  ASSERT_THAT(file->Append(std::string(3 << 20, 'x')), IsOk());
  ASSERT_THAT(file->Close(), IsOk());
  EXPECT_EQ(ReadFile(file->temporary_path(), 1 << 30)->size(), size_t{3} << 20);
  ASSERT_THAT(file->Rename(), IsOk());
  EXPECT_TRUE(FileExists(scratch.Path("a")));
}

TEST(AtomicFile, IsVerifiedBeforeItIsPublished) {
  Scratch scratch;
  const std::string bytes(3 << 20, 'x');
  auto file = *AtomicFile::Create(scratch.Path("a"));
  ASSERT_THAT(file->Append(bytes), IsOk());
  EXPECT_THAT(file->PublishProven(Crc32c(bytes)), IsOk());
  EXPECT_EQ(scratch.Read("a"), bytes);

  file = *AtomicFile::Create(scratch.Path("b"));
  ASSERT_THAT(file->Append(bytes), IsOk());
  EXPECT_THAT(file->PublishProven(Crc32c("y")),
              FailsWith(absl::StatusCode::kDataLoss, "check the disk"));
  file = *AtomicFile::Create(scratch.Path("a"));
  EXPECT_THAT(file->PublishProven(Crc32c("")),
              FailsWith(absl::StatusCode::kAlreadyExists, "rename"));
  file.reset();
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
}

TEST(AtomicFile, ReplacesOnlyWhenAllowed) {
  Scratch scratch;
  scratch.Write("a", "old");
  auto file = *AtomicFile::Create(scratch.Path("a"));
  ASSERT_THAT(file->Append("new"), IsOk());
  EXPECT_THAT(file->Publish(/*replace=*/false),
              FailsWith(absl::StatusCode::kAlreadyExists, "rename"));
  EXPECT_EQ(scratch.Read("a"), "old");
  file.reset();
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
  ASSERT_THAT(WriteFile(scratch.Path("a"), "new"), IsOk());
  EXPECT_EQ(scratch.Read("a"), "new");
}

TEST(AtomicFile, CannotBeUsedAfterPublish) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  EXPECT_FALSE(file->Rename().ok());
  ASSERT_THAT(file->Publish(), IsOk());
  EXPECT_FALSE(file->Append("x").ok());
  EXPECT_FALSE(file->Publish().ok());
  EXPECT_EQ(scratch.Read("a"), "");
}

TEST(AtomicFile, NamesAFileThatItCannotCreate) {
  Scratch scratch;
  EXPECT_THAT(AtomicFile::Create(scratch.Path("no/such/folder")),
              FailsWith(absl::StatusCode::kNotFound, scratch.Path("no/such/folder")));
}

TEST(AtomicFile, ReportsAFullDisk) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  FillDiskOf(file->temporary_path());
  ASSERT_THAT(file->Append("x"), IsOk());  // buffered
  EXPECT_THAT(file->Publish(), FailsWith(absl::StatusCode::kResourceExhausted, "cannot write"));
  EXPECT_FALSE(FileExists(scratch.Path("a")));
}

}  // namespace
}  // namespace elman
