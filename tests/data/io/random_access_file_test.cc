#include "data/io/random_access_file.h"

#include <unistd.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

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

}  // namespace
}  // namespace elman
