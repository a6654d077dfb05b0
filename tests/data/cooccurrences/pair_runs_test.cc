#include "data/cooccurrences/pair_runs.h"

#include <limits>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kHighest = std::numeric_limits<uint64_t>::max();

PairRun Write(const std::string& path, PairParts parts, const std::vector<WeighedPair>& pairs) {
  const auto writer = *PairRunWriter::Create(path, parts);
  for (const WeighedPair& pair : pairs) EXPECT_THAT(writer->Add(pair), IsOk());
  return *writer->Finish();
}

std::vector<WeighedPair> Merged(const std::vector<PairRun>& runs, uint64_t part) {
  std::vector<WeighedPair> pairs;
  EXPECT_THAT(MergePairRuns(runs, part,
                            [&pairs](const WeighedPair& pair) {
                              pairs.push_back(pair);
                              return absl::OkStatus();
                            }),
              IsOk());
  return pairs;
}

TEST(PairRunsTest, PartsAreMergedSeparately) {
  const Scratch scratch;
  const PairParts parts{.bits = 2};
  const uint64_t third = uint64_t{2} << 62;
  const std::vector<PairRun> runs = {
      Write(scratch.Path("a"), parts, {{0, 1}, {7, 2}, {third + 1, 3}, {kHighest, 4}}),
      Write(scratch.Path("b"), parts, {{7, uint64_t{5} << 32}, {third, 6}, {third + 1, 7}})};
  EXPECT_THAT(Merged(runs, 0),
              ElementsAre(WeighedPair{0, 1}, WeighedPair{7, (uint64_t{5} << 32) + 2}));
  EXPECT_THAT(Merged(runs, 1), IsEmpty());
  EXPECT_THAT(Merged(runs, 2), ElementsAre(WeighedPair{third, 6}, WeighedPair{third + 1, 10}));
  EXPECT_THAT(Merged(runs, 3), ElementsAre(WeighedPair{kHighest, 4}));
}

TEST(PairRunsTest, SumsSaturate) {
  const Scratch scratch;
  const std::vector<PairRun> runs = {Write(scratch.Path("a"), {}, {{7, kHighest - 1}}),
                                     Write(scratch.Path("b"), {}, {{7, 5}})};
  EXPECT_THAT(Merged(runs, 0), ElementsAre(WeighedPair{7, kHighest}));
}

}  // namespace
}  // namespace elman
