#include "data/command_line/path_lists.h"

#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Runs in its own folder with the files that a test makes.
class PathListsTest : public testing::Test {
 protected:
  std::string Make(const std::string& name, const std::string& text = "x\n") {
    EXPECT_THAT(CreateFolder(FolderOf(Path(name))), IsOk());
    return scratch_.Write(name, text);
  }
  std::string Path(const std::string& name) const { return scratch_.Path(name); }
  absl::StatusOr<std::vector<std::string>> Files(const std::string& text) {
    ASSIGN_OR_RETURN(const PathLists lists, ExpandPaths("--train", text, /*pairs=*/false));
    return lists.files;
  }
  absl::StatusOr<PathLists> Pairs(const std::string& text) {
    return ExpandPaths("--train", text, /*pairs=*/true);
  }

 private:
  Scratch scratch_;
};

TEST_F(PathListsTest, ACommaBelongsToAnExistingPath) {
  const std::string a = Make("a, b"), c = Make("c"), d = Make("d,e,f");
  EXPECT_THAT(*SplitPaths("--data", a), ElementsAre(a));
  EXPECT_THAT(*SplitPaths("--data", absl::StrCat(c, ",", a, ",", d)), ElementsAre(c, a, d));
  EXPECT_THAT(*SplitPaths("--data", "one,two"), ElementsAre("one", "two"));
  EXPECT_THAT(*SplitPaths("--data", "one\\,two,th\\ree\\\\"), ElementsAre("one,two", "th\\ree\\"));
  EXPECT_THAT(SplitPaths("--data", "one,,two"), FailsWith(kInvalid, "found an empty file name"));
}

TEST_F(PathListsTest, RefusesAmbiguousCommas) {
  const std::string a = Make("a");
  const std::string text = absl::StrCat(a, ",", a);
  EXPECT_THAT(*SplitPaths("--data", text), ElementsAre(a, a));
  Make("a," + a);  // now the whole text is also a path
  EXPECT_THAT(SplitPaths("--data", text), FailsWith(kInvalid, "ambiguous, because both"));
  EXPECT_THAT(*SplitPaths("--data", absl::StrCat(a, "\\,", a)),
              ElementsAre(absl::StrCat(a, ",", a)));
}

TEST_F(PathListsTest, FoldersAndPatternsAreFilesInOrder) {
  const std::string b = Make("f/b.txt"), a = Make("f/a.txt"), c = Make("f/c.gz");
  Make("f/.hidden");
  Make("f/sub/deeper.txt");
  EXPECT_THAT(*Files(Path("f")), ElementsAre(a, b, c));
  EXPECT_THAT(*Files(Path("f/*.txt")), ElementsAre(a, b));
  EXPECT_THAT(*Files(absl::StrCat(c, ",", Path("f/[ab].txt"))), ElementsAre(c, a, b));
  EXPECT_THAT(*Files(absl::StrCat(Path("f/b*"), ",", Path("f/a*"))), ElementsAre(b, a));
  const std::string star = Make("f/*.txt");
  EXPECT_THAT(*Files(star), ElementsAre(star));
  EXPECT_THAT(Files(Path("f/*.xz")), FailsWith(kInvalid, "no file matches"));
  ASSERT_THAT(CreateFolder(Path("empty")), IsOk());
  EXPECT_THAT(Files(Path("empty")), FailsWith(kInvalid, "the folder contains no files"));
  Make("set/dataset.textproto");
  EXPECT_THAT(Files(Path("set")), FailsWith(kInvalid, "found a folder that already is a data set"));
}

TEST_F(PathListsTest, AListNamesAFileOnEachLine) {
  const std::string a = Make("a, b"), c = Make("c1"), d = Make("c2");
  const std::string list =
      Make("list", absl::StrCat("\xef\xbb\xbf", a, "\r\n\n", Path("c?"), "\nmissing,too"));
  EXPECT_THAT(*Files("@" + list), ElementsAre(a, c, d, "missing,too"));
  EXPECT_THAT(*Files(absl::StrCat(c, ",@", list)), ElementsAre(c, a, c, d, "missing,too"));
  EXPECT_THAT(Files("@" + Path("none")), FailsWith(kInvalid, "--train=@"));
  EXPECT_THAT(Files("@" + Make("blank", "\n\n")), FailsWith(kInvalid, "the list is empty"));
}

TEST_F(PathListsTest, PathsNeedNotExist) {
  EXPECT_THAT(*Files("-"), ElementsAre("-"));
  EXPECT_THAT(*Files("missing,-,x:y"), ElementsAre("missing", "-", "x:y"));
  EXPECT_THAT(Pairs("a:b,c:d")->files, ElementsAre("a", "c"));
  EXPECT_THAT(Pairs("a:b,c:d")->targets, ElementsAre("b", "d"));
  EXPECT_THAT(Pairs("a:b,c")->targets, ElementsAre("b"));  // CheckOptions rejects this
}

TEST_F(PathListsTest, PairsAreSplitIfBothSidesExist) {
  const std::string source = Make("en:1,2"), target = Make("fr"), both = Make("en:fr.tsv");
  const auto pair = Pairs(absl::StrCat(source, ":", target, ",", both, ",x:y"));
  ASSERT_THAT(pair, IsOk());
  EXPECT_THAT(pair->files, ElementsAre(source, both, "x"));
  EXPECT_THAT(pair->targets, ElementsAre(target, "y"));
  EXPECT_THAT(Pairs("a\\:b:c")->files, ElementsAre("a:b"));
  EXPECT_THAT(Pairs("a\\:b\\:c")->targets, IsEmpty());
}

TEST_F(PathListsTest, PatternsOfPairsNeedEquallyManyTargets) {
  const std::string a = Make("1.en"), b = Make("2.en"), c = Make("1.fr"), d = Make("2.fr");
  const auto pairs = Pairs(absl::StrCat(Path("*.en"), ":", Path("*.fr")));
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(pairs->files, ElementsAre(a, b));
  EXPECT_THAT(pairs->targets, ElementsAre(c, d));
  const std::string lists =
      absl::StrCat("@", Make("en.list", a + "\n" + b), ":@", Make("fr.list", c + "\n" + d));
  EXPECT_THAT(Pairs(lists)->targets, ElementsAre(c, d));
  EXPECT_THAT(Pairs("@" + Make("pairs", absl::StrCat(a, ":", c)))->targets, ElementsAre(c));
  Make("3.fr");
  EXPECT_THAT(Pairs(absl::StrCat(Path("*.en"), ":", Path("*.fr"))),
              FailsWith(kInvalid, "2 sources and 3 targets"));
}

}  // namespace
}  // namespace elman
