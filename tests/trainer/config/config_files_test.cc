#include "trainer/config/config_files.h"

#include <filesystem>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;

TEST(ConfigFilesTest, FindsPathsAndNames) {
  const Scratch scratch;
  const std::string configs = scratch.Path("configs");
  std::filesystem::create_directories(configs + "/sentiment");
  std::filesystem::create_directories(scratch.Path("own"));
  const std::string quick = scratch.Write("configs/quick.textproto", "");
  const std::string sentiment = scratch.Write("configs/sentiment/config.textproto", "");
  const std::string other = scratch.Write("configs/sentiment/other.textproto", "");
  const std::string own = scratch.Write("own.textproto", "");
  EXPECT_EQ(*FindConfigFile(own, configs), own);
  EXPECT_EQ(*FindConfigFile("quick", configs), quick);
  EXPECT_EQ(*FindConfigFile("quick.textproto", configs), quick);
  EXPECT_EQ(*FindConfigFile("sentiment", configs), sentiment);
  EXPECT_EQ(*FindConfigFile("sentiment/other", configs), other);
  const auto message = [&](const std::string& name, const std::string& folder) {
    return std::string(FindConfigFile(name, folder).status().message());
  };
  EXPECT_THAT(message("quik", configs), HasSubstr("did you mean --config=quick?"));
  EXPECT_THAT(message("launch/configs/quick.textproto", configs),
              HasSubstr("did you mean --config=quick?"));
  EXPECT_THAT(message("mine", configs), HasSubstr("there are: quick, sentiment, sentiment/other"));
  EXPECT_THAT(message(scratch.Path("own"), configs), HasSubstr("a folder, not a file"));
  EXPECT_THAT(message("quick", ""), HasSubstr("no such file; without --config"));
}

}  // namespace
}  // namespace elman
