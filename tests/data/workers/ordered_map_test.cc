#include "data/workers/ordered_map.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

class OrderedMapTest : public testing::TestWithParam<int> {};

TEST_P(OrderedMapTest, KeepsTheOrder) {
  int next = 0;
  std::vector<int> results;
  EXPECT_THAT((OrderedMap<int, int>(
                  GetParam(),
                  [&](int* item) -> absl::StatusOr<bool> {
                    *item = next++;
                    return next <= 1000;
                  },
                  [](const int& item, int* result) {
                    if (item % 7 == 0) std::this_thread::yield();
                    *result = item * item;
                  },
                  [&](int* result) {
                    results.push_back(*result);
                    return absl::OkStatus();
                  })),
              IsOk());
  ASSERT_EQ(results.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[i], i * i);
}

TEST_P(OrderedMapTest, StopsAtTheFirstError) {
  for (const int bad : {0, 1, 50}) {
    int next = 0;
    int consumed = 0;
    const auto work = [](const int&, int*) {};
    const auto consume = [&](int*) {
      return ++consumed > bad ? absl::InternalError("consume") : absl::OkStatus();
    };
    EXPECT_THAT((OrderedMap<int, int>(
                    GetParam(), [&](int*) -> absl::StatusOr<bool> { return true; }, work, consume)),
                FailsWith(absl::StatusCode::kInternal, "consume"));
    EXPECT_EQ(consumed, bad + 1);
    consumed = -1000;
    const auto produce = [&](int*) -> absl::StatusOr<bool> {
      if (next++ == bad) return absl::DataLossError("produce");
      return true;
    };
    EXPECT_THAT((OrderedMap<int, int>(GetParam(), produce, work, consume)),
                FailsWith(absl::StatusCode::kDataLoss, "produce"));
    EXPECT_EQ(next, bad + 1);
  }
}

TEST_P(OrderedMapTest, BoundsWhatIsUnderWay) {
  int produced = 0;
  int consumed = 0;
  int most = 0;
  EXPECT_THAT((OrderedMap<int, int>(
                  GetParam(),
                  [&](int*) -> absl::StatusOr<bool> {
                    most = std::max(most, ++produced - consumed);
                    return produced < 200;
                  },
                  [](const int&, int*) {},
                  [&](int*) {
                    ++consumed;
                    return absl::OkStatus();
                  })),
              IsOk());
  EXPECT_LE(most, 2 * GetParam() + 1);
}

INSTANTIATE_TEST_SUITE_P(Threads, OrderedMapTest, testing::Values(1, 2, 3, 8));

}  // namespace
}  // namespace elman
