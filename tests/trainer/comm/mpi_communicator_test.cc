#include "trainer/comm/mpi_communicator.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/trainer/comm/communicator_contract.h"

namespace elman {
namespace {

Communicator* world = nullptr;  // set by main, before any test runs

TEST(MpiCommunicatorTest, MeetsTheContract) { ExpectCommunicator(world); }

TEST(MpiCommunicatorTest, MeetsTheContractWhenRanksSleep) {
  const auto asleep = CreateMpiCommunicator(nullptr, nullptr, {.sleeps = true});
  ExpectCommunicator(asleep.get());
}

// Sizes above 2 GiB, which do not fit the int counts of MPI, are divided in the same way.
TEST(MpiCommunicatorTest, DividesLongMessages) {
  const auto narrow = CreateMpiCommunicator(nullptr, nullptr, {.message_bytes = 7});
  ExpectCommunicator(narrow.get());
}

TEST(MpiCommunicatorTest, ExchangesPiecesOfSeveralSlices) {
  ExpectExchange(world, (size_t{2} << 20) + 3);
  ExpectShortExchange(world, (size_t{20} << 20) + 3);
}

TEST(MpiCommunicatorTest, JoinsTheRanksOfTheLauncherIfThereIsOne) {
  const Launch launch = ReadLaunch();
  EXPECT_EQ(launch.ranks, world->size());
  EXPECT_EQ(launch.rank, world->rank());
  EXPECT_EQ(JoinLaunchedRanks(launch)->size(), world->size());
  EXPECT_EQ(JoinLaunchedRanks(Launch())->size(), 1);
}

TEST(MpiCommunicatorTest, RefusesMoreSharedMemoryThanAvailable) {
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
