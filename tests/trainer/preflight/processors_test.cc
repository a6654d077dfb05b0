#include "trainer/preflight/processors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ProcessorsTest, RangesAreShortAndReadBack) {
  EXPECT_EQ(NumberRanges({}), "");
  EXPECT_EQ(NumberRanges({5}), "5");
  EXPECT_EQ(NumberRanges({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
  EXPECT_THAT(ParseNumberRanges("0-3,8,10-11"), ElementsAre(0, 1, 2, 3, 8, 10, 11));
  EXPECT_THAT(ParseNumberRanges(""), IsEmpty());
  EXPECT_THAT(ParseNumberRanges("x,-,3-,1-99999999999,2"), ElementsAre(2));
}

TEST(ProcessorsTest, SeesWhatAThreadIsBoundTo) {
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

}  // namespace
}  // namespace elman
