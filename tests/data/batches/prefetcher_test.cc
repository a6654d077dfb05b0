#include "data/batches/prefetcher.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

// Batches that identify themselves. Fails at a given epoch.
class Numbered : public BatchSource {
 public:
  Numbered(int64_t steps, int64_t bad_epoch) : steps_(steps), bad_epoch_(bad_epoch) {}
  int lanes() const override { return 5; }
  int64_t batches_per_epoch() const override { return steps_; }
  int first_row(int lane) const override { return lane; }
  int end_row(int lane) const override { return lane + 1; }
  absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) override {
    if (epoch == bad_epoch_) return absl::DataLossError("a bad epoch");
    batch->steps = 1;
    batch->rows = 1;
    batch->inputs = {static_cast<int32_t>(epoch), static_cast<int32_t>(number), lane};
    return absl::OkStatus();
  }

 private:
  const int64_t steps_;
  const int64_t bad_epoch_;
};

TEST(Prefetcher, ReadsEpochAfterEpoch) {
  Numbered source(3, -1);
  Prefetcher prefetcher(&source, 1, 4, 1, {2, 1});
  for (int i = 0; i < 100; ++i) {
    const auto batches = prefetcher.Next();
    ASSERT_THAT(batches, IsOk());
    ASSERT_EQ((*batches)->size(), 3u);
    const int32_t position = 2 * 3 + 1 + i;
    for (int lane = 0; lane < 3; ++lane) {
      EXPECT_THAT((**batches)[lane].inputs,
                  testing::ElementsAre(position / 3, position % 3, lane + 1));
    }
  }
}

TEST(Prefetcher, ReadsSeveralBatchesPerStep) {
  Numbered source(5, -1);
  Prefetcher prefetcher(&source, 2, 4, /*micro_batches=*/2, {1, 1});
  const int32_t expected[][2] = {{1, 2}, {1, 4}, {2, 0}, {2, 2}};  // epoch, first batch
  for (const auto& [epoch, first] : expected) {
    const auto batches = prefetcher.Next();
    ASSERT_THAT(batches, IsOk());
    ASSERT_EQ((*batches)->size(), 4u);
    for (int i = 0; i < 4; ++i) {
      const Batch& batch = (**batches)[i];
      const int32_t number = first + i % 2;
      EXPECT_EQ(batch.steps, number < 5 ? 1 : 0);
      if (batch.steps > 0) {
        EXPECT_THAT(batch.inputs, testing::ElementsAre(epoch, number, 2 + i / 2));
      }
    }
  }
}

TEST(Prefetcher, TreatsTheEndOfAnEpochAsTheBeginOfTheNext) {
  Numbered source(3, -1);
  Prefetcher prefetcher(&source, 0, 1, 1, {4, 3});
  EXPECT_THAT((**prefetcher.Next())[0].inputs, testing::ElementsAre(5, 0, 0));
}

TEST(Prefetcher, RepeatsAnError) {
  Numbered source(2, 1);
  Prefetcher prefetcher(&source, 0, 1, 1, {});
  EXPECT_THAT(prefetcher.Next(), IsOk());
  EXPECT_THAT(prefetcher.Next(), IsOk());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(prefetcher.Next(), FailsWith(absl::StatusCode::kDataLoss, "a bad epoch"));
  }
}

TEST(Prefetcher, RefusesAnEpochOfNoSteps) {
  Numbered source(0, -1);
  Prefetcher prefetcher(&source, 0, 1, 1, {});
  EXPECT_THAT(prefetcher.Next(), FailsWith(absl::StatusCode::kFailedPrecondition, "no steps"));
}

TEST(Prefetcher, CanBeDestroyedAtAnyTime) {
  Numbered source(3, -1);
  for (int used = 0; used < 50; ++used) {
    Prefetcher prefetcher(&source, 0, 2, 1, {});
    for (int i = 0; i < used % 4; ++i) ASSERT_THAT(prefetcher.Next(), IsOk());
  }
}

}  // namespace
}  // namespace elman
