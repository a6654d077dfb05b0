#include "trainer/comm/mpi_communicator.h"

#include <gtest/gtest.h>

#include "tests/trainer/comm/communicator_contract.h"

namespace elman {
namespace {

Communicator* world = nullptr;  // set by main, before any test runs

TEST(MpiCommunicatorTest, KeepsTheContract) { ExpectCommunicator(world); }

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  const auto communicator = elman::CreateMpiCommunicator(&argc, &argv);
  elman::world = communicator.get();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
