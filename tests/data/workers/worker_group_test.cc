#include "data/workers/worker_group.h"

#include "tests/data/workers/group_expectations.h"

namespace elman {
namespace {

TEST(Alone, IsAGroupOfOne) {
  Alone alone;
  EXPECT_EQ(alone.rank(), 0);
  EXPECT_EQ(alone.size(), 1);
  ExpectCollectivesWork(&alone);
}

}  // namespace
}  // namespace elman
