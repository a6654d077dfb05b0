#include "data/io/contained_file.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(ContainedFile, HasAPlainName) {
  for (const std::string& name : {std::string("a"), std::string("train-0.tfrecord"),
                                  std::string("ä b"), std::string(255, 'x')})
    EXPECT_TRUE(IsPlainName(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string(".hidden"),
        std::string("a/b"), std::string("/a"), std::string("a/"), std::string("../a"),
        std::string("a\nb"), std::string("a\0", 2), std::string(256, 'x')})
    EXPECT_FALSE(IsPlainName(name)) << name;
}

TEST(ContainedFile, DoesNotLeadOutOfItsFolder) {
  Scratch folder, elsewhere;
  folder.Write("file", "");
  elsewhere.Write("file", "");
  const auto check = [&](const std::string& target) {
    std::filesystem::remove(folder.Path("link"));
    std::filesystem::create_symlink(target, folder.Path("link"));
    return CheckStaysInside(folder.path(), "link");
  };
  EXPECT_THAT(CheckStaysInside(folder.path(), "file"), IsOk());
  EXPECT_THAT(CheckStaysInside(folder.path(), "none"), IsOk());
  EXPECT_THAT(check("file"), IsOk());
  EXPECT_THAT(check(folder.Path("file")), IsOk());
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(check(elsewhere.Path("file")), FailsWith(kDataLoss, folder.Path("link") + ": "));
  EXPECT_THAT(check("/"), FailsWith(kDataLoss, "points outside of its folder"));
  EXPECT_THAT(check(".."), FailsWith(kDataLoss, "points outside of its folder"));
  // A folder next to it whose name has the same prefix.
  const std::string beside = folder.path() + "x";
  std::filesystem::create_directory(beside);
  EXPECT_THAT(check(beside), FailsWith(kDataLoss, "points outside of its folder"));
  std::filesystem::remove(beside);
  for (const std::string nothing : {"none", "link", "file/below"})
    EXPECT_THAT(check(nothing),
                FailsWith(kDataLoss, "the target of this symbolic link does not exist"))
        << nothing;
}

TEST(ContainedFile, FolderMayBeALink) {
  Scratch folder, other;
  folder.Write("file", "");
  std::filesystem::create_symlink("file", folder.Path("link"));
  std::filesystem::create_symlink(folder.path(), other.Path("folder"));
  EXPECT_THAT(CheckStaysInside(other.Path("folder"), "link"), IsOk());
}

}  // namespace
}  // namespace elman
