#include "data/workers/in_turn.h"

#include <atomic>
#include <set>

#include "tests/support/scratch.h"

namespace elman {
namespace {

class InTurnTest : public testing::TestWithParam<int> {};

TEST_P(InTurnTest, ProcessesEveryItemOnce) {
  int next = 0;
  std::mutex mutex;
  std::multiset<int> done;
  std::set<int> threads;
  EXPECT_THAT((WorkInTurn<int>(
                  GetParam(),
                  [&](int* item) -> absl::StatusOr<bool> {
                    *item = next++;
                    return next <= 1000;
                  },
                  [&](int thread, int* item) {
                    if (*item % 7 == 0) std::this_thread::yield();
                    const std::lock_guard<std::mutex> lock(mutex);
                    done.insert(*item);
                    threads.insert(thread);
                    return absl::OkStatus();
                  })),
              IsOk());
  ASSERT_EQ(done.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(done.count(i), 1u);
  EXPECT_LE(*threads.rbegin(), GetParam() - 1);
}

// For any order in which items finish.
TEST_P(InTurnTest, ReturnsTheFailureOfTheFirstItem) {
  for (int round = 0; round < 50; ++round) {
    for (const int bad : {0, 1, 50}) {
      int next = 0;
      EXPECT_THAT((WorkInTurn<int>(
                      GetParam(),
                      [&](int* item) -> absl::StatusOr<bool> {
                        *item = next++;
                        return true;
                      },
                      [&](int, int* item) {
                        if (*item == bad) std::this_thread::yield();
                        return *item >= bad ? absl::InternalError("item " + std::to_string(*item))
                                            : absl::OkStatus();
                      })),
                  FailsWith(absl::StatusCode::kInternal, "item " + std::to_string(bad)));
    }
  }
}

TEST_P(InTurnTest, EndsIfNextFails) {
  std::atomic<int> done = 0;
  int next = 0;
  EXPECT_THAT((WorkInTurn<int>(
                  GetParam(),
                  [&](int*) -> absl::StatusOr<bool> {
                    if (next++ == 10) return absl::DataLossError("next");
                    return true;
                  },
                  [&](int, int*) {
                    ++done;
                    return absl::OkStatus();
                  })),
              FailsWith(absl::StatusCode::kDataLoss, "next"));
  EXPECT_EQ(done, 10);
  EXPECT_EQ(next, 11);
}

INSTANTIATE_TEST_SUITE_P(Threads, InTurnTest, testing::Values(1, 2, 5));

}  // namespace
}  // namespace elman
