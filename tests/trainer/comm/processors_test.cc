#include "trainer/comm/processors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ProcessorsTest, NumberRangesRoundTrip) {
  EXPECT_EQ(NumberRanges({}), "");
  EXPECT_EQ(NumberRanges({5}), "5");
  EXPECT_EQ(NumberRanges({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
  EXPECT_THAT(ParseNumberRanges("0-3,8,10-11"), ElementsAre(0, 1, 2, 3, 8, 10, 11));
  EXPECT_THAT(ParseNumberRanges(""), IsEmpty());
  EXPECT_THAT(ParseNumberRanges("x,-,3-,1-99999999999,2"), ElementsAre(2));
}

TEST(ProcessorsTest, ReportsTheProcessorsOfABoundThread) {
  const Processors all = AllowedProcessors();
  ASSERT_FALSE(all.threads.empty());
  EXPECT_GE(all.cores_of_host, all.cores.size());
  std::jthread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(all.threads.back(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    const Processors bound = AllowedProcessors();
    EXPECT_THAT(bound.threads, ElementsAre(all.threads.back()));
    EXPECT_EQ(bound.cores.size(), 1u);
    EXPECT_EQ(bound.cores_of_host, all.cores_of_host);
  });
}

class ProcessorQuotaTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = scratch_.Path(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  double Quota() const { return ProcessorQuota(scratch_.path()); }

  Scratch scratch_;
};

TEST_F(ProcessorQuotaTest, Version2IsTheLowestLimitOfAllParentGroups) {
  EXPECT_EQ(Quota(), 0) << "no such files";
  Write("proc/self/cgroup", "0::/batch/job/step");
  EXPECT_EQ(Quota(), 0);
  Write("sys/fs/cgroup/batch/job/step/cpu.max", "max 100000");
  EXPECT_EQ(Quota(), 0);
  Write("sys/fs/cgroup/batch/job/cpu.max", "250000 100000");
  EXPECT_EQ(Quota(), 2.5);
  Write("sys/fs/cgroup/batch/cpu.max", "400000 100000");
  EXPECT_EQ(Quota(), 2.5);
  Write("sys/fs/cgroup/batch/cpu.max", "50000 100000");
  EXPECT_EQ(Quota(), 0.5);
}

// A container sees its own group as the top, regardless of its path.
TEST_F(ProcessorQuotaTest, ContainerLimitIsInTheTopGroup) {
  Write("sys/fs/cgroup/cpu.max", "300000 100000");
  for (const char* path : {"/", "/../../sibling", "/host/docker/1234"}) {
    Write("proc/self/cgroup", std::string("0::") + path);
    EXPECT_EQ(Quota(), 3) << path;
  }
}

TEST_F(ProcessorQuotaTest, Version1IsTheLimitOfTheCpuController) {
  Write("proc/self/cgroup", "5:cpuset:/a\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/a\n0::/a");
  Write("sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us", "1");
  Write("sys/fs/cgroup/cpuset/a/cpu.cfs_period_us", "1");
  EXPECT_EQ(Quota(), 0);
  Write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "-1");
  Write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Quota(), 0);
  Write("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "400000");
  EXPECT_EQ(Quota(), 4);
  Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000");
  Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Quota(), 1.5);
}

}  // namespace
}  // namespace elman
