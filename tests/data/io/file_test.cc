#include "data/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

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

TEST(AtomicFile, LeavesNothingBehindWhenDropped) {
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

TEST(AtomicFile, RefusesToBeUsedAfterItsEnd) {
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  EXPECT_FALSE(file->Rename().ok());
  ASSERT_THAT(file->Publish(), IsOk());
  EXPECT_FALSE(file->Append("x").ok());
  EXPECT_FALSE(file->Publish().ok());
  EXPECT_EQ(scratch.Read("a"), "");
}

TEST(AtomicFile, NamesWhatItCannotCreate) {
  Scratch scratch;
  EXPECT_THAT(AtomicFile::Create(scratch.Path("no/such/folder")),
              FailsWith(absl::StatusCode::kNotFound, scratch.Path("no/such/folder")));
}

TEST(AtomicFile, ReportsAFullDisk) {
  if (!FileExists("/dev/full")) return;
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  // Whatever stands under the temporary name, the open file is what is written to.
  const int full = ::open("/dev/full", O_WRONLY);
  struct stat facts;
  ASSERT_EQ(::stat(file->temporary_path().c_str(), &facts), 0);
  for (int fd = 3; fd < 64; ++fd) {
    struct stat other;
    if (fd != full && ::fstat(fd, &other) == 0 && other.st_ino == facts.st_ino) ::dup2(full, fd);
  }
  ::close(full);
  ASSERT_THAT(file->Append("x"), IsOk());  // buffered
  EXPECT_THAT(file->Publish(), FailsWith(absl::StatusCode::kResourceExhausted, "cannot write"));
  EXPECT_FALSE(FileExists(scratch.Path("a")));
}

TEST(RandomAccessFile, ReadsExactlyWhatIsAsked) {
  Scratch scratch;
  auto file = *RandomAccessFile::Open(scratch.Write("a", "0123456789"));
  char buffer[4] = {};
  ASSERT_THAT(file->Read(3, 4, buffer), IsOk());
  EXPECT_EQ(std::string(buffer, 4), "3456");
  EXPECT_THAT(file->Read(10, 0, buffer), IsOk());
  EXPECT_THAT(file->Read(8, 3, buffer), FailsWith(absl::StatusCode::kOutOfRange, "offset 8"));
  EXPECT_THAT(file->Read(~uint64_t{0}, 2, buffer), FailsWith(absl::StatusCode::kOutOfRange, ""));
}

TEST(RandomAccessFile, NoticesThatTheFileShrank) {
  Scratch scratch;
  const std::string path = scratch.Write("a", "0123456789");
  auto file = *RandomAccessFile::Open(path);
  ASSERT_EQ(::truncate(path.c_str(), 5), 0);
  char buffer[10];
  EXPECT_THAT(file->Read(0, 10, buffer), FailsWith(absl::StatusCode::kOutOfRange, "the file ends"));
}

TEST(RandomAccessFile, RefusesWhatIsNoFile) {
  Scratch scratch;
  EXPECT_THAT(RandomAccessFile::Open(scratch.path()),
              FailsWith(absl::StatusCode::kInvalidArgument, "a folder"));
  ASSERT_EQ(::mkfifo(scratch.Path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { ::close(::open(scratch.Path("pipe").c_str(), O_WRONLY)); });
  EXPECT_THAT(RandomAccessFile::Open(scratch.Path("pipe")),
              FailsWith(absl::StatusCode::kInvalidArgument, "a pipe"));
  writer.join();
  EXPECT_THAT(RandomAccessFile::Open(scratch.Path("none")),
              FailsWith(absl::StatusCode::kNotFound, "cannot open"));
}

TEST(ReadFile, RefusesWhatIsTooLarge) {
  Scratch scratch;
  const std::string path = scratch.Write("a", "0123456789");
  EXPECT_EQ(*ReadFile(path, 10), "0123456789");
  EXPECT_THAT(ReadFile(path, 9), FailsWith(absl::StatusCode::kInvalidArgument, "at most 9"));
}

TEST(Paths, AreTakenApartAndJoined) {
  EXPECT_EQ(FolderOf("a"), ".");
  EXPECT_EQ(FolderOf("a/b"), "a");
  EXPECT_EQ(FolderOf("a/b/"), "a");
  EXPECT_EQ(FolderOf("/a"), "/");
  EXPECT_EQ(FolderOf("/"), "/");
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

TEST(CreateFolder, MakesParentsAndMindsFiles) {
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
