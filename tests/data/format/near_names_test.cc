#include "data/format/near_names.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(NearNamesTest, CountsEdits) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("same", "same"), 0u);
  EXPECT_EQ(EditDistance("lsmt", "lstm"), 1u);
  EXPECT_EQ(EditDistance("ab", "ba"), 1u);
}

TEST(NearNamesTest, SuggestsOnlyNearNames) {
  const std::vector<std::string> known = {"replay_step", "resume", "take", "data"};
  EXPECT_EQ(NearestName("resum", known), "resume");
  EXPECT_EQ(NearestName("date", known), "data");
  EXPECT_EQ(NearestName("max_steps", known), "");
  EXPECT_EQ(NearestName("", known), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'a'), known), "");
}

}  // namespace
}  // namespace elman
