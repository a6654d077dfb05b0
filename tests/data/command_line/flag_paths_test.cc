#include "data/command_line/flag_paths.h"

#include <filesystem>
#include <map>

#include "data/command_line/flag_groups.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

CommandLine LineOf(std::map<std::string, std::string> values) {
  CommandLine line;
  line.values = std::move(values);
  return line;
}

std::string Named(const CommandLine& line, const std::string& message) {
  return std::string(NameFlagOfPath(line, absl::DataLossError(message)).message());
}

TEST(FlagPathsTest, NamesTheFlagOfAPath) {
  const CommandLine line = LineOf({{"data", "d/one,d/two"},
                                   {"features", "train:f/a.st,valid:f/b.st"},
                                   {"train", "@list"},
                                   {"output", "new/run"},
                                   {"vectors", "v: 2,words=w.txt"},
                                   {"fast", "true"}});
  EXPECT_EQ(Named(line, "d/two: damaged"), "--data: d/two: damaged");
  EXPECT_EQ(Named(line, "f/b.st: short: 3 bytes"), "--features: f/b.st: short: 3 bytes");
  EXPECT_EQ(Named(line, "list: empty"), "--train: list: empty");
  EXPECT_EQ(Named(line, "w.txt: empty"), "--vectors: w.txt: empty");
  EXPECT_EQ(Named(line, "v: 2: odd"), "--vectors: v: 2: odd") << "a path with a colon";
  EXPECT_EQ(Named(line, "new: a file"), "--output: new: a file") << "a folder above the path";
  for (const char* other : {"d/on: x", "/one: x", "d/one", "d/one is a tagger", "other: x",
                            "d/one: give another --data", "rank 3: d/one: x", ": x", ""})
    EXPECT_EQ(Named(line, other), other);
  EXPECT_EQ(Named(line, "d/one: see --data_weights"), "--data: d/one: see --data_weights");
}

TEST(FlagPathsTest, NamesAllFlagsOfTheSamePath) {
  EXPECT_EQ(Named(LineOf({{"test", "x"}, {"train", "y,x"}, {"valid", "y"}}), "x: damaged"),
            "--test and --train: x: damaged");
}

TEST(FlagPathsTest, KeepsTheKindOfError) {
  const absl::Status named = NameFlagOfPath(LineOf({{"data", "x"}}), UsageError("x: wrong"));
  EXPECT_EQ(named.message(), "--data: x: wrong");
  EXPECT_TRUE(IsUsageError(named));
  EXPECT_THAT(NameFlagOfPath(LineOf({{"data", "x"}}), absl::OkStatus()), IsOk());
}

TEST(FlagPathsTest, MissingFilesHaveARemedy) {
  const Scratch scratch;
  scratch.Write("words.txt", "");
  const std::string path = scratch.Path("word.txt");
  const auto remedy = [&](const std::string& message) {
    return std::string(
        NameFlagOfPath(LineOf({{"vocabulary", path}}), absl::NotFoundError(path + message))
            .message());
  };
  EXPECT_THAT(remedy(": cannot open: No such file"),
              EndsWith("No such file; did you mean " + scratch.Path("words.txt") + "?"));
  EXPECT_THAT(remedy(": cannot open: No such file; make it"), EndsWith("make it"));
  EXPECT_THAT(remedy(": no such set; make it"), EndsWith(": no such set; make it"));
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(NameFlagOfPath(LineOf({{"data", "no/set"}}),
                           absl::NotFoundError("no/set: no such set; make it"))
                .message(),
            "--data: no/set: no such set (the current folder is " + here + "); make it");
  EXPECT_EQ(Named(LineOf({{"data", "no/set"}}), "no/set: damaged; copy it"),
            "--data: no/set: damaged; copy it");
  EXPECT_THAT(MissingFileRemedy(scratch.Path("other")),
              HasSubstr("check the path (the current folder is /"));
}

}  // namespace
}  // namespace elman
