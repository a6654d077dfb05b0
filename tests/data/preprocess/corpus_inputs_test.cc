#include "data/preprocess/corpus_inputs.h"

#include <sys/stat.h>

#include <thread>

#include "data/io/atomic_file.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using Splits = std::vector<PreprocessOptions::Split>;
using Copies = std::vector<std::unique_ptr<AtomicFile>>;

TEST(CheckInputs, DoesNotCopyRegularFiles) {
  Scratch scratch;
  Splits splits = {{"train", {scratch.Write("a", "x"), scratch.Write("b", "y")}}};
  const Splits before = splits;
  Copies copies;
  EXPECT_THAT(CheckInputs(scratch.path(), &splits, &copies), IsOk());
  EXPECT_EQ(splits[0].files, before[0].files);
  EXPECT_TRUE(copies.empty());
}

TEST(CheckInputs, CopiesPipes) {
  Scratch scratch;
  ASSERT_EQ(::mkfifo(scratch.Path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(scratch.Path("pipe")) << "once only"; });
  Splits splits = {{"train", {scratch.Write("a", "x"), scratch.Path("pipe")}}};
  {
    Copies copies;
    ASSERT_THAT(CheckInputs(scratch.path(), &splits, &copies), IsOk());
    ASSERT_EQ(copies.size(), 1u);
    EXPECT_EQ(*ReadFile(splits[0].files[1], 100), "once only");
    EXPECT_EQ(*ReadFile(splits[0].files[1], 100), "once only");
  }
  writer.join();
  EXPECT_FALSE(FileExists(splits[0].files[1]));
}

TEST(CheckInputs, NamesTheFlagOfAMissingFile) {
  Scratch scratch;
  Copies copies;
  Splits splits = {{"train", {scratch.Write("a", "x")}}, {"valid", {scratch.Path("none")}}};
  EXPECT_THAT(CheckInputs(scratch.path(), &splits, &copies),
              FailsWith(absl::StatusCode::kNotFound, "--valid"));
  splits[1].files = {scratch.path()};
  EXPECT_THAT(CheckInputs(scratch.path(), &splits, &copies),
              FailsWith(absl::StatusCode::kInvalidArgument, "a folder"));
}

}  // namespace
}  // namespace elman
