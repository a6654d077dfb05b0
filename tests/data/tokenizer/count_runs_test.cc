#include "data/tokenizer/count_runs.h"

#include <map>

#include "data/io/file_system.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

class CountRunsTest : public testing::Test {
 protected:
  std::map<std::string, uint64_t> Merged(const std::vector<std::string>& paths) {
    std::map<std::string, uint64_t> counts;
    std::string last;
    EXPECT_THAT(MergeRuns(paths,
                          [&](std::string_view piece, uint64_t count) {
                            EXPECT_TRUE(counts.empty() || piece > last) << piece;
                            last = piece;
                            counts[last] = count;
                            return absl::OkStatus();
                          }),
                IsOk());
    return counts;
  }
  Scratch scratch_;
};

TEST_F(CountRunsTest, SumsEqualTheCounts) {
  std::map<std::string, uint64_t> expected;
  std::vector<std::string> paths;
  uint32_t random = 1;
  for (int thread = 0; thread < 3; ++thread) {
    // So little memory that there are more runs than can be merged at once.
    SpillingCounts counts(scratch_.Path("run-" + std::to_string(thread)),
                          thread == 0 ? 1 : 1 << 17);
    for (int i = 0; i < 20'000; ++i) {
      random = random * 1664525 + 1013904223;
      const std::string piece = std::string(random >> 30, '\xff') + std::to_string(random >> 18);
      counts.table().Add(piece, i % 3 + 1);
      expected[piece] += i % 3 + 1;
      if (i % 100 != 0) continue;
      ASSERT_THAT(counts.SpillIfFull(), IsOk());
    }
    EXPECT_TRUE(counts.spilled());
    const auto path = counts.Finish();
    ASSERT_THAT(path, IsOk());
    paths.push_back(*path);
  }
  EXPECT_TRUE(Merged(paths) == expected);
  EXPECT_EQ(scratch_.Names().size(), paths.size());
}

TEST_F(CountRunsTest, StayInMemoryIfThereIsRoom) {
  SpillingCounts counts(scratch_.Path("run"), 1 << 20);
  counts.table().Add("a", 1);
  ASSERT_THAT(counts.SpillIfFull(), IsOk());
  EXPECT_FALSE(counts.spilled());
  EXPECT_TRUE(scratch_.Names().empty());
  EXPECT_EQ(Merged({*counts.Finish()}).size(), 1u);
  SpillingCounts none(scratch_.Path("none"), 1 << 20);
  EXPECT_TRUE(Merged({*none.Finish()}).empty());
}

TEST_F(CountRunsTest, DetectsDamage) {
  SpillingCounts counts(scratch_.Path("run"), 1 << 20);
  for (int i = 0; i < 1000; ++i) counts.table().Add("word" + std::to_string(i), 1);
  const std::string path = *counts.Finish();
  std::string bytes =
      scratch_.Read(FileExists(path) ? path.substr(scratch_.path().size() + 1) : "");
  bytes[bytes.size() / 2] ^= 1;
  const std::string damaged = scratch_.Write("damaged", bytes);
  EXPECT_THAT(MergeRuns({damaged}, [](std::string_view, uint64_t) { return absl::OkStatus(); }),
              FailsWith(absl::StatusCode::kDataLoss, "damaged"));
}

}  // namespace
}  // namespace elman
