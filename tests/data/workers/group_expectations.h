// What every group of workers must do, as formulas in rank and size.
#pragma once

#include "data/workers/worker_group.h"
#include "tests/support/scratch.h"

namespace elman {

inline void ExpectCollectivesWork(WorkerGroup* group) {
  const int rank = group->rank();
  const int size = group->size();

  // Every rank gives so many bytes that lengths differ, one of them none.
  const std::vector<std::string> gathered =
      group->Gather(std::string(static_cast<size_t>(rank) * 1000, static_cast<char>('a' + rank)));
  if (rank == 0) {
    ASSERT_EQ(gathered.size(), static_cast<size_t>(size));
    for (int r = 0; r < size; ++r) {
      EXPECT_EQ(gathered[r],
                std::string(static_cast<size_t>(r) * 1000, static_cast<char>('a' + r)));
    }
  } else {
    EXPECT_TRUE(gathered.empty());
  }

  EXPECT_EQ(group->Broadcast("from " + std::to_string(rank)), "from 0");
  EXPECT_EQ(group->Broadcast(""), "");

  const uint64_t n = static_cast<uint64_t>(size);
  EXPECT_EQ(group->Sum({1, static_cast<uint64_t>(rank)}),
            (std::vector<uint64_t>{n, n * (n - 1) / 2}));

  EXPECT_THAT(group->Agree(absl::OkStatus()), IsOk());
  for (int bad = 0; bad < size; ++bad) {
    const absl::Status mine =
        rank < bad ? absl::OkStatus() : absl::NotFoundError("lost by " + std::to_string(rank));
    EXPECT_THAT(group->Agree(mine),
                FailsWith(absl::StatusCode::kNotFound, "lost by " + std::to_string(bad)));
  }
}

}  // namespace elman
