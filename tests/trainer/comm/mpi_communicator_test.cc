#include "trainer/comm/mpi_communicator.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/trainer/comm/communicator_contract.h"

namespace elman {
namespace {

Communicator* world = nullptr;  // set by main, before any test runs

TEST(MpiCommunicatorTest, KeepsTheContract) { ExpectCommunicator(world); }

TEST(MpiCommunicatorTest, KeepsTheContractAsleep) {
  const auto asleep = CreateMpiCommunicator(nullptr, nullptr, {.sleeps = true});
  ExpectCommunicator(asleep.get());
}

// Sizes beyond 2 GiB, which MPI's int counts cannot hold, are divided in the same way.
TEST(MpiCommunicatorTest, DividesLongMessages) {
  const auto narrow = CreateMpiCommunicator(nullptr, nullptr, {.message_bytes = 7});
  ExpectCommunicator(narrow.get());
}

TEST(MpiCommunicatorTest, ExchangesPiecesOfSeveralSlices) {
  ExpectExchange(world, (size_t{2} << 20) + 3);
}

TEST(MpiCommunicatorTest, JoinsTheRanksOfTheLauncherIfThereIsOne) {
  EXPECT_EQ(JoinLaunchedRanks()->size(), world->size());
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    ASSERT_EQ(unsetenv(variable), 0);
  EXPECT_EQ(JoinLaunchedRanks()->size(), 1);
}

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
