#include "trainer/comm/mpi_communicator.h"

#include <gtest/gtest.h>

#include "tests/trainer/comm/communicator_contract.h"

namespace elman {
namespace {

Communicator* world = nullptr;  // set by main, before any test runs

TEST(MpiCommunicatorTest, KeepsTheContract) { ExpectCommunicator(world); }

TEST(MpiCommunicatorTest, RefusesMoreSharedMemoryThanThereIs) {
  EXPECT_EQ(world->Share(int64_t{1} << 50), nullptr);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  const auto communicator = elman::CreateMpiCommunicator(&argc, &argv);
  elman::world = communicator.get();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
