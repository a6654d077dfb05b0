#include "data/io/append_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(AppendFileTest, AppendsToAnExistingFile) {
  Scratch scratch;
  EXPECT_THAT((*AppendFile::Open(scratch.Path("log")))->Append("one\n"), IsOk());
  EXPECT_THAT((*AppendFile::Open(scratch.Path("log")))->Append("two\n"), IsOk());
  EXPECT_EQ(scratch.Read("log"), "one\ntwo\n");
}

TEST(AppendFileTest, FailuresNameTheFile) {
  Scratch scratch;
  const std::string path = scratch.Path("no folder/log");
  EXPECT_THAT(AppendFile::Open(path), FailsWith(absl::StatusCode::kNotFound, path));
  const auto file = *AppendFile::Open(scratch.Path("log"));
  FillDiskOf(scratch.Path("log"));
  EXPECT_THAT(file->Append("x"),
              FailsWith(absl::StatusCode::kResourceExhausted, scratch.Path("log")));
}

TEST(AppendFileTest, RefusesSymbolicLinks) {
  Scratch scratch, elsewhere;
  std::filesystem::create_symlink(elsewhere.Write("precious", "text"), scratch.Path("log"));
  EXPECT_THAT(AppendFile::Open(scratch.Path("log")),
              FailsWith(absl::StatusCode::kDataLoss, scratch.Path("log") + ": expected a file"));
  EXPECT_EQ(elsewhere.Read("precious"), "text");
}

// The disk becomes full while a line is written.
TEST(AppendFileTest, RemovesAPartlyWrittenLine) {
  Scratch scratch;
  const auto file = *AppendFile::Open(scratch.Path("log"));
  ASSERT_THAT(file->Append("one\n"), IsOk());
  rlimit unlimited;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit ten_bytes = unlimited;
  ten_bytes.rlim_cur = 10;
  const auto before = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &ten_bytes), 0);
  EXPECT_FALSE(file->Append("a longer line\n").ok());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  signal(SIGXFSZ, before);
  ASSERT_THAT(file->Append("two\n"), IsOk());
  EXPECT_EQ(scratch.Read("log"), "one\ntwo\n");
}

}  // namespace
}  // namespace elman
