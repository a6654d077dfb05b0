#include "trainer/preflight/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Returns facts of a rank on a host with `cores` cores that may use the cores `mine`.
RankFacts OnHost(const std::string& host, int cores, std::vector<int> mine) {
  RankFacts facts;
  facts.version = "1.2";
  facts.program = "0a0b";
  facts.libraries = "oneDNN 2";
  facts.instructions = "avx2/AVX2";
  facts.host = host;
  facts.processors = {.threads = mine, .cores = mine, .cores_of_host = cores};
  facts.shared_memory = uint64_t{2} << 30;
  facts.interfaces = {{"eth0", "10.0.0." + std::to_string(host.back() - '0'), "10.0.0.0/24"}};
  return facts;
}

std::vector<int> AllOf(int cores) {
  std::vector<int> all(cores);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

PreflightRun MadePreflightRun() {
  PreflightRun run;
  run.dataset_folder = "data";
  run.dataset_fingerprint = "123456789";
  run.config_fingerprint = "abcdefghi";
  run.shares_memory = true;
  run.window_bytes = 28'000'000;
  return run;
}
const PreflightRun kRun = MadePreflightRun();

std::vector<std::string> WarningsOf(const std::vector<RankFacts>& ranks,
                                    const PreflightRun& run = kRun,
                                    const ExchangeSpeed& speed = {.message_rate = 1e9}) {
  return CheckRankFacts(ranks, run, speed).warnings;
}

TEST(PreflightTest, NoWarningForAWellPlacedJob) {
  EXPECT_THAT(WarningsOf({OnHost("a1", 2, {0}), OnHost("a1", 2, {1})}), IsEmpty());
  EXPECT_THAT(WarningsOf({OnHost("a1", 8, AllOf(8)), OnHost("a1", 8, AllOf(8))}), IsEmpty())
      << "unbound, beside other jobs";
  EXPECT_THAT(WarningsOf({OnHost("a1", 2, AllOf(2))}), IsEmpty());
}

TEST(PreflightTest, NamesOversubscribedHosts) {
  const std::vector<RankFacts> ranks(3, OnHost("a1", 2, AllOf(2)));
  EXPECT_THAT(WarningsOf(ranks), ElementsAre(HasSubstr("a1: 3 ranks on 2 usable cores")));
  auto limited = std::vector<RankFacts>(4, OnHost("a1", 8, AllOf(8)));
  for (RankFacts& facts : limited) facts.processors.quota = 2.5;
  EXPECT_THAT(WarningsOf(limited), ElementsAre(HasSubstr("on 2.5 usable cores")));
}

TEST(PreflightTest, NamesRanksBoundToTheSameCore) {
  EXPECT_THAT(WarningsOf({OnHost("a1", 4, {2}), OnHost("a1", 4, {0}), OnHost("a1", 4, {2})}),
              ElementsAre(HasSubstr("a1: 3 ranks on 2 usable cores")));
  EXPECT_THAT(WarningsOf({OnHost("a1", 4, {2}), OnHost("a1", 4, AllOf(4)), OnHost("a1", 4, {2})}),
              ElementsAre(HasSubstr("a1: ranks 0,2 bound to 1 core (2)")));
}

TEST(PreflightTest, WarnsOfUnusedThreads) {
  RankFacts facts = OnHost("b2", 8, {5});
  facts.requested_threads = 4;
  EXPECT_THAT(WarningsOf({OnHost("b2", 8, {0, 1, 2, 3}), facts}),
              ElementsAre(HasSubstr("b2: OMP_NUM_THREADS=4 has no effect")));
}

TEST(PreflightTest, AdvisesToBindRanksThatFillAHost) {
  EXPECT_THAT(WarningsOf(std::vector<RankFacts>(2, OnHost("a1", 2, AllOf(2)))),
              ElementsAre(HasSubstr("not bound")));
}

TEST(PreflightTest, MergesEqualWarningsOfHosts) {
  std::vector<RankFacts> ranks;
  for (const char* host : {"a1", "b2", "c3"})
    for (int rank = 0; rank < 3; ++rank) ranks.push_back(OnHost(host, 2, AllOf(2)));
  EXPECT_THAT(WarningsOf(ranks), ElementsAre(HasSubstr("a1 and 2 more hosts: 3 ranks")));
}

TEST(PreflightTest, NamesClocksThatDisagree) {
  auto ranks = std::vector{OnHost("a1", 4, {0}), OnHost("b2", 4, {0})};
  ranks[1].clock_offset = 0.9;
  EXPECT_THAT(WarningsOf(ranks), IsEmpty());
  ranks[1].clock_offset = -2.5;
  EXPECT_THAT(WarningsOf(ranks),
              ElementsAre(HasSubstr("b2: its clock is 2.5 s earlier than that of a1")));
}

TEST(PreflightTest, NamesTheFirstRankThatDiffers) {
  auto ranks = std::vector<RankFacts>(3, OnHost("a1", 8, AllOf(8)));
  ranks[2].libraries = "oneDNN 3";
  ranks[1].instructions = ranks[2].instructions = "avx/AVX2";
  EXPECT_THAT(WarningsOf(ranks),
              ElementsAre(HasSubstr("rank 2 on a1 uses oneDNN 3, rank 0 on a1 oneDNN 2"),
                          HasSubstr("rank 1 on a1 computes with avx/AVX2")));
  ranks = {ranks[0], ranks[0]};
  ranks[1].program = "ffff";
  EXPECT_THAT(WarningsOf(ranks), ElementsAre(HasSubstr("runs build ffff")));
}

TEST(PreflightTest, AdvisesANetworkIfMpiMayUseABridge) {
  auto ranks = std::vector{OnHost("a1", 4, {0}), OnHost("b2", 4, {0})};
  for (RankFacts& facts : ranks)
    facts.interfaces.insert(facts.interfaces.begin(),
                            {"docker0", "172.17.0.1", "172.17.0.0/16", true});
  EXPECT_THAT(
      WarningsOf(ranks),
      ElementsAre(AllOf(HasSubstr("docker0"), HasSubstr("--mca btl_tcp_if_include 10.0.0.0/24"))));
  PreflightRun configured = kRun;
  configured.networks_included = "eth0";
  EXPECT_THAT(WarningsOf(ranks, configured), IsEmpty());
  configured = kRun;
  configured.networks_excluded = "lo,172.17.0.0/16";
  EXPECT_THAT(WarningsOf(ranks, configured), IsEmpty());
  ranks[1].host = "a1";
  ranks[1].processors.cores = {1};
  EXPECT_THAT(WarningsOf(ranks), IsEmpty()) << "one host needs no network";
}

TEST(PreflightTest, NamesASlowNetwork) {
  const auto ranks = std::vector{OnHost("a1", 4, {0}), OnHost("b2", 4, {0})};
  EXPECT_THAT(WarningsOf(ranks, kRun, {.message_rate = 110e6, .between_hosts = true}), IsEmpty());
  EXPECT_THAT(WarningsOf(ranks, kRun, {.message_rate = 11e6, .between_hosts = true}),
              ElementsAre(HasSubstr("a host sends 11 MB/s to another")));
}

TEST(PreflightTest, NamesAHostWhoseLanesAreNotASubtree) {
  const auto ranks = std::vector{OnHost("a1", 4, {0}), OnHost("b2", 4, {0})};
  PreflightRun run = kRun;
  run.partial_sums = 2;
  run.partial_sums_rank = 1;
  EXPECT_THAT(WarningsOf(ranks, run), ElementsAre(HasSubstr("b2: sends 2 sums of gradients")));
}

TEST(PreflightTest, ExplainsMissingSharedMemory) {
  PreflightRun run = kRun;
  run.shares_memory = false;
  auto ranks = std::vector<RankFacts>(2, OnHost("a1", 8, AllOf(8)));
  for (RankFacts& facts : ranks) facts.shared_memory = 20'000'000;
  EXPECT_THAT(WarningsOf(ranks, run),
              ElementsAre(HasSubstr("/dev/shm has 20 MB free and shared memory needs 28 MB")));
  ranks[1].host = "b2";
  EXPECT_THAT(WarningsOf(ranks, run), IsEmpty()) << "there is nobody to share with";
  ranks.push_back(ranks[1]);
  ranks[0].shared_memory = 30'000'000;
  EXPECT_THAT(WarningsOf(ranks, run),
              ElementsAre(HasSubstr("b2: gradients are exchanged as messages")));
  EXPECT_THAT(CheckRankFacts(ranks, run, {}).line,
              HasSubstr("messages, because /dev/shm is too small"));
}

TEST(PreflightTest, WarnsOfUnreachableWatchdogs) {
  PreflightRun run = kRun;
  run.unreachable = {1, 2};
  auto ranks = std::vector{OnHost("a1", 4, {0}), OnHost("b2", 4, {0}), OnHost("b2", 4, {1})};
  EXPECT_THAT(WarningsOf(ranks, run),
              ElementsAre(HasSubstr("the watchdog of rank 1 on b2 does not reach rank 0 over UDP, "
                                    "nor does 1 other;")));
}

TEST(PreflightTest, TableHasALinePerHost) {
  std::vector<RankFacts> ranks;
  for (int rank = 0; rank < 4; ++rank)
    ranks.push_back(OnHost(rank < 2 ? "a1" : "b2", 2, {rank % 2}));
  const PreflightReport report =
      CheckRankFacts(ranks, kRun, {.message_rate = 2e9, .step_seconds = 0.01});
  EXPECT_THAT(report.table, HasSubstr("  a1    0-1    2 of 2    1 core each"));
  EXPECT_THAT(report.table, HasSubstr("  b2    2-3    2 of 2    1 core each"));
  EXPECT_THAT(report.table, HasSubstr("Elman 1.2 (0a0b), oneDNN 2"));
  EXPECT_THAT(report.table,
              HasSubstr("shared memory, 28 MB on a host; messages between hosts; 10 ms per "
                        "step; messages at 2.0 GB/s per rank"));
  EXPECT_THAT(report.line, HasSubstr("4 ranks on 2 hosts"));
  EXPECT_THAT(report.line, Not(HasSubstr("\n")));
}

// Facts collected from threads are equal, except for those that are changed here.
TEST(PreflightTest, SameReportOnAllRanks) {
  RunThreadGroup(3, [](Communicator* c) {
    PreflightRun run = kRun;
    int exchanges = 0;
    run.exchange = [&] { ++exchanges; };
    const auto report = Preflight(c, run);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(exchanges, 2);
    EXPECT_THAT(report->table, HasSubstr("  0-2  "));
    EXPECT_THAT(report->table, HasSubstr(ELMAN_VERSION));
    EXPECT_EQ(c->AllGather(report->table), std::vector<std::string>(3, report->table));
  });
}

TEST(PreflightTest, RefusesOtherConfigurationsAndVersions) {
  RunThreadGroup(3, [](Communicator* c) {
    PreflightRun run = kRun;
    if (c->rank() == 2) run.config_fingerprint = "other";
    EXPECT_THAT(Preflight(c, run), FailsWith(absl::StatusCode::kFailedPrecondition, "rank 2 on"));
    RankFacts facts = ThisRankFacts("MPI 1", "", "");
    if (c->rank() == 1) facts.version = "9.9";
    EXPECT_THAT(GatherFacts(c, facts),
                FailsWith(absl::StatusCode::kFailedPrecondition, "rank 1 runs Elman 9.9"));
  });
}

}  // namespace
}  // namespace elman
