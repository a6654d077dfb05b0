#include "data/workers/mpi_workers.h"

#include <cstdlib>

#include "tests/data/workers/group_expectations.h"

namespace elman {
namespace {

WorkerGroup* group = nullptr;

TEST(MpiWorkers, IsTheJobTheLauncherStarted) {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (size != nullptr) {
    EXPECT_EQ(group->size(), std::atoi(size));
  }
  EXPECT_LT(group->rank(), group->size());
}

TEST(MpiWorkers, WorksTogether) {
  for (int i = 0; i < 20; ++i) ExpectCollectivesWork(group);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const auto workers = elman::CreateWorkers();
  elman::group = workers.get();
  return RUN_ALL_TESTS();
}
