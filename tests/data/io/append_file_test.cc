#include "data/io/append_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(AppendFileTest, ContinuesWhatIsThere) {
  Scratch scratch;
  EXPECT_THAT((*AppendFile::Open(scratch.Path("log")))->Append("one\n"), IsOk());
  EXPECT_THAT((*AppendFile::Open(scratch.Path("log")))->Append("two\n"), IsOk());
  EXPECT_EQ(scratch.Read("log"), "one\ntwo\n");
}

TEST(AppendFileTest, FailuresNameTheFile) {
  Scratch scratch;
  const std::string path = scratch.Path("no folder/log");
  EXPECT_THAT(AppendFile::Open(path), FailsWith(absl::StatusCode::kNotFound, path));
  EXPECT_THAT((*AppendFile::Open("/dev/full"))->Append("x"),
              FailsWith(absl::StatusCode::kResourceExhausted, "/dev/full"));
}

}  // namespace
}  // namespace elman
