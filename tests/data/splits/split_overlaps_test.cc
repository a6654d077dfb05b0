#include "data/splits/split_overlaps.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

class SplitOverlapsTest : public testing::Test {
 protected:
  // A split whose hashes were written by two ranks.
  HashedSplit Hashed(const std::string& name, const std::vector<uint64_t>& first,
                     const std::vector<uint64_t>& second) {
    HashedSplit split = {name, {}};
    for (const std::vector<uint64_t>& hashes : {first, second}) {
      spools_.push_back(*HashSpool::Create(scratch_.Path(name)));
      EXPECT_THAT(spools_.back()->Append(hashes), IsOk());
      EXPECT_THAT(spools_.back()->Finish(), IsOk());
      split.paths.push_back(spools_.back()->path());
    }
    return split;
  }

  Scratch scratch_;
  std::vector<std::unique_ptr<HashSpool>> spools_;
};

TEST_F(SplitOverlapsTest, CountsExamplesThatAnEarlierSplitHas) {
  const std::vector<HashedSplit> splits = {Hashed("train", {1, 2, 3, 3, 4}, {5, 6}),
                                           Hashed("valid", {7, 3}, {8, 3, 6}),
                                           Hashed("test", {9, 8}, {1})};
  // For any limit of memory.
  for (const size_t held : {size_t{1}, size_t{2}, size_t{100}}) {
    const auto overlaps = FindOverlaps(splits, held);
    ASSERT_THAT(overlaps, IsOk());
    ASSERT_EQ(overlaps->size(), 3u);
    EXPECT_EQ((*overlaps)[0].split + (*overlaps)[0].other, "validtrain");
    EXPECT_EQ((*overlaps)[0].examples, 3u);
    EXPECT_EQ((*overlaps)[0].example_hash, 3u);
    EXPECT_EQ((*overlaps)[1].split + (*overlaps)[1].other, "testtrain");
    EXPECT_EQ((*overlaps)[1].examples, 1u);
    EXPECT_EQ((*overlaps)[2].split + (*overlaps)[2].other, "testvalid");
    EXPECT_EQ((*overlaps)[2].example_hash, 8u);
  }
}

TEST_F(SplitOverlapsTest, FindsNoneIfTextsDiffer) {
  const auto overlaps = FindOverlaps({Hashed("train", {1, 1}, {}), Hashed("valid", {}, {2})});
  ASSERT_THAT(overlaps, IsOk());
  EXPECT_TRUE(overlaps->empty());
}

}  // namespace
}  // namespace elman
