#include "trainer/comm/agreement.h"

#include "tests/support/scratch.h"
#include "trainer/comm/host.h"
#include "trainer/comm/thread_group.h"

namespace elman {
namespace {

TEST(Agreement, NamesTheFailedRankAndItsHost) {
  RunThreadGroup(3, [](Communicator* communicator) {
    const absl::Status mine =
        communicator->rank() == 1 ? absl::NotFoundError("x: no such file") : absl::OkStatus();
    EXPECT_EQ(Agree(communicator, mine),
              absl::NotFoundError("rank 1 on " + HostName() + ": x: no such file"));
  });
}

TEST(Agreement, DoesNotNameARankIfAllHaveTheSameError) {
  RunThreadGroup(3, [](Communicator* communicator) {
    const absl::Status mine = absl::DataLossError("line 1\nline 2");
    EXPECT_EQ(Agree(communicator, mine), mine);
    EXPECT_THAT(Agree(communicator, absl::OkStatus()), IsOk());
  });
}

}  // namespace
}  // namespace elman
