#include "data/command_line/output_checks.h"

#include "data/command_line/flag_groups.h"
#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

absl::Status Check(const std::string& output, const std::string& input) {
  const GivenPath inputs[] = {{"--config", ""}, {"--data", input}};
  return ExpectOutputApart({"--output", output}, inputs);
}

TEST(OutputChecksTest, RefusesInputsAsOutput) {
  const Scratch scratch;
  const std::string file = scratch.Write("file", "x");
  ASSERT_THAT(CreateFolder(scratch.Path("folder/inner")), IsOk());
  ::symlink("folder", scratch.Path("link").c_str());
  EXPECT_THAT(Check(file, file),
              FailsWith(kInvalid, "--output=" + file +
                                      ": this is the path given as --data, which "
                                      "would be overwritten; choose another --output"));
  EXPECT_TRUE(IsUsageError(Check(scratch.Path("folder/../file"), file)));
  EXPECT_TRUE(IsUsageError(Check(scratch.Path("link"), scratch.Path("folder/"))));
  EXPECT_THAT(Check(scratch.Path("folder/inner"), scratch.Path("folder")), IsOk());
  EXPECT_THAT(Check(scratch.Path("new"), scratch.Path("missing")), IsOk());
  EXPECT_THAT(Check(scratch.Path("new"), scratch.Path("new")), IsOk());  // neither exists
  EXPECT_THAT(Check("", file), IsOk());
}

TEST(OutputChecksTest, RefusesTheFoldersOfDataSets) {
  const Scratch scratch;
  ASSERT_THAT(CreateFolder(scratch.Path("set/inner")), IsOk());
  const auto there = [](const std::string& path) {
    return ExpectNoDatasetThere({"--output", path});
  };
  const std::string manifest = scratch.Write("set/dataset.textproto", "x");
  EXPECT_THAT(there(scratch.Path("set")), FailsWith(kInvalid, "this is the folder of a data set"));
  EXPECT_THAT(there(manifest), FailsWith(kInvalid, "this is in the folder of a data set"));
  EXPECT_THAT(there(scratch.Path("set/new")), FailsWith(kInvalid, "in the folder of"));
  EXPECT_THAT(there(scratch.Path("set/inner")), IsOk());
}

TEST(OutputChecksTest, RefusesFoldersAsFiles) {
  const Scratch scratch;
  ASSERT_THAT(CreateFolder(scratch.Path("a b")), IsOk());
  const absl::Status folder = ExpectNoFolder({"--trace", scratch.Path("a b")}, "t.json");
  EXPECT_THAT(folder, FailsWith(kInvalid, "a b: a folder; name a file, such as '"));
  EXPECT_TRUE(IsUsageError(folder));
  EXPECT_THAT(ExpectNoFolder({"--trace", scratch.Path("new")}, "t.json"), IsOk());
  EXPECT_THAT(ExpectNoFolder({"--trace", ""}, "t.json"), IsOk());
}

}  // namespace
}  // namespace elman
