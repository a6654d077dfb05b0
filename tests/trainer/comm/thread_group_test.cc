#include "trainer/comm/thread_group.h"

#include <gtest/gtest.h>

#include "tests/trainer/comm/communicator_contract.h"
#include "trainer/comm/single_process.h"

namespace elman {
namespace {

TEST(ThreadGroupTest, MeetsTheContract) {
  for (const int size : {1, 2, 3, 4}) RunThreadGroup(size, ExpectCommunicator);
}

TEST(ThreadGroupTest, SharesMemoryUnlessDisabled) {
  RunThreadGroup(3, [](Communicator* c) { EXPECT_TRUE(ExpectSharedFloats(c)); });
  RunThreadGroup(
      3, [](Communicator* c) { EXPECT_FALSE(ExpectSharedFloats(c)); }, /*shares_memory=*/false);
}

TEST(SingleProcessTest, MeetsTheContract) {
  SingleProcess alone;
  ExpectCommunicator(&alone);
}

}  // namespace
}  // namespace elman
