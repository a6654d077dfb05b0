// Tests batches of a split from which some examples are left out.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/batches/coverage.h"
#include "data/batches/sequence_batcher.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr uint32_t kTypes = 100;

// Left-out examples are in no epoch. All others occur once and are numbered without them.
TEST(LeftOutExamplesTest, OthersOccurOncePerEpoch) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION}) {
    const FieldExamples shard = RandomTaskExamples(task, 200, 20, kTypes);
    const Scratch folder;
    WriteMadeDataset(folder.path(), task, {shard, shard}, kTypes);
    const std::shared_ptr<const Dataset> dataset = *Dataset::Open(folder.path());
    const std::vector<uint64_t> left_out = {0, 1, 7, 199, 200, 231, 399};
    Examples kept = shard[0];
    kept.insert(kept.end(), shard[0].begin(), shard[0].end());
    for (auto number = left_out.rbegin(); number != left_out.rend(); ++number)
      kept.erase(kept.begin() + static_cast<ptrdiff_t>(*number));

    for (ExampleOrder order :
         {ExampleOrder(), ExampleOrder{true, 3}, ExampleOrder{true, 3, true}}) {
      order.left_out = left_out;
      const auto source = CreateSequenceBatcher(dataset, "train", 16, 3, order);
      ASSERT_THAT(source, IsOk());
      EXPECT_EQ((*source)->examples(), kept.size());
      EXPECT_EQ((*source)->batches_per_epoch(), 25);
      Coverage coverage;
      Batch batch;
      for (int64_t number = 0; number < 25; ++number) {
        for (int lane = 0; lane < 3; ++lane) {
          ASSERT_THAT((*source)->Read(1, number, lane, &batch), IsOk());
          coverage.Add(batch);
          for (int row = 0; row < batch.rows; ++row) {
            const std::vector<uint32_t>& expected = kept[batch.examples[row]];
            ASSERT_EQ(batch.lengths[row], static_cast<int>(expected.size()));
            for (size_t t = 0; t < expected.size(); ++t)
              ASSERT_EQ(batch.inputs[t * batch.rows + row], static_cast<int32_t>(expected[t]));
          }
        }
      }
      EXPECT_EQ(coverage, CoverageOf(kept.size()));
    }
  }
}

TEST(LeftOutExamplesTest, CannotBeAll) {
  const Scratch folder;
  WriteMadeDataset(folder.path(), TAGGING, {RandomTaskExamples(TAGGING, 3, 20, kTypes)}, kTypes);
  ExampleOrder order;
  order.left_out = {0, 1, 2};
  const auto source = CreateSequenceBatcher(*Dataset::Open(folder.path()), "train", 2, 1, order);
  EXPECT_EQ(source.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(source.status().message().find("max_length"), absl::string_view::npos);
}

}  // namespace
}  // namespace elman
