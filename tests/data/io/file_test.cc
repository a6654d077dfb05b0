#include "data/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/io/checksum.h"
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

TEST(AtomicFile, IsProvenBeforeItAppears) {
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
  Scratch scratch;
  auto file = *AtomicFile::Create(scratch.Path("a"));
  FillDiskOf(file->temporary_path());
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

// Whatever it is, and whatever is wanted of it, at once: a pipe has nobody at its other end here.
TEST(OpenRegularFile, RefusesWhatIsNoFile) {
  Scratch scratch;
  const std::string pipe = scratch.Path("pipe"), link = scratch.Path("link");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::filesystem::create_symlink(scratch.Write("file", "text"), link);
  for (const int flags : {O_RDONLY, O_RDWR, O_WRONLY | O_APPEND, O_WRONLY | O_CREAT}) {
    const auto refuses = [&](const std::string& path, const std::string& what) {
      EXPECT_THAT(OpenRegularFile(path, flags | O_NOFOLLOW),
                  FailsWith(absl::StatusCode::kDataLoss, path + ": expected a file, found " + what))
          << flags;
    };
    refuses(scratch.path(), "a folder");
    refuses(pipe, "a device or a pipe");
    refuses("/dev/null", "a device or a pipe");
    refuses(link, "a symbolic link; put the file itself there");
    const auto followed = OpenRegularFile(link, flags);
    ASSERT_THAT(followed, IsOk());
    ::close(*followed);
  }
  EXPECT_THAT(OpenRegularFile(scratch.Path("none"), O_RDONLY),
              FailsWith(absl::StatusCode::kNotFound, "cannot open"));
  EXPECT_EQ(scratch.Read("file"), "text");
}

TEST(TemporaryName, TellsWhatItIsFor) {
  const std::string name = TemporaryName("step-1.ckpt");
  EXPECT_NE(name, TemporaryName("step-1.ckpt"));
  EXPECT_EQ(NameBehindTemporary(name), "step-1.ckpt");
  EXPECT_EQ(NameBehindTemporary("a.tmp-b.tmp-12-3"), "a.tmp-b");
  for (const char* other : {"", "a", "a.tmp-", "a.tmp-1", "a.tmp-1-", "a.tmp--1", "a.tmp-1-2-3",
                            "a.tmp-1-2x", "a.tmp-mine", "a.tmp-+1-2"})
    EXPECT_EQ(NameBehindTemporary(other), "") << other;
}

TEST(RenameFile, ReplacesNothing) {
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

TEST(VisitFile, ShowsAllOfItUntilToldToStop) {
  Scratch scratch;
  const std::string bytes = std::string(1 << 20, 'x') + "y";
  scratch.Write("a", bytes);
  std::string seen;
  EXPECT_THAT(VisitFile(scratch.Path("a"),
                        [&seen](std::string_view part) {
                          seen += part;
                          return absl::OkStatus();
                        }),
              IsOk());
  EXPECT_TRUE(seen == bytes);
  EXPECT_THAT(VisitFile(scratch.Path("a"),
                        [](std::string_view part) {
                          return part.back() == 'x' ? absl::CancelledError("enough")
                                                    : absl::OkStatus();
                        }),
              FailsWith(absl::StatusCode::kCancelled, "enough"));
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
