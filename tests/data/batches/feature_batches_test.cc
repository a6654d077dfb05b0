// Tests batches of data sets with feature vectors: every input has its own vector in any batch,
// lane and row.
#include "data/batches/mixture.h"
#include "data/batches/sequence_batcher.h"
#include "data/batches/stream_batcher.h"
#include "data/shards/dataset.h"
#include "tests/data/features/made_features.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr int kSize = 500;  // a block has 32 vectors

class FeatureBatchesTest : public testing::TestWithParam<Task> {
 protected:
  void Make(int examples) {
    std::vector<FieldExamples> shards;
    for (const uint32_t seed : {1, 2})
      shards.push_back(RandomTaskExamples(GetParam(), examples, /*longest=*/9, 100, seed));
    WriteMadeDataset(plain_.path(), GetParam(), shards);
    numbers_ = WriteMadeFeatures(plain_.path(), scratch_.Path("made"), kSize);
    dataset_ = *Dataset::Open(scratch_.Path("made"));
  }

  static std::vector<float> FeatureOf(Batch* batch, size_t element) {
    const std::span<float> vector = batch->features.of(element);
    return {vector.begin(), vector.end()};
  }

  Scratch plain_, scratch_;
  std::vector<int64_t> numbers_;  // number of the vector of each token
  std::shared_ptr<const Dataset> dataset_;
};

using SequenceFeaturesTest = FeatureBatchesTest;
TEST_P(SequenceFeaturesTest, InputsHaveTheirVectors) {
  Make(30);
  const auto reader = *ExampleReader::Open(dataset_, "train", 0);
  for (const bool by_tokens : {false, true}) {
    const auto source = *CreateSequenceBatcher(
        dataset_, "train", /*batch_size=*/7, /*lanes=*/3,
        {.shuffled = true, .seed = 3, .by_tokens = by_tokens, .feature_size = kSize});
    Batch batch;
    int64_t inputs = 0;
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      for (int lane = 0; lane < 3; ++lane) {
        ASSERT_THAT(source->Read(/*epoch=*/1, number, lane, &batch), IsOk());
        ASSERT_EQ(batch.features.values.size(), batch.inputs.size() * kSize);
        for (int row = 0; row < batch.rows; ++row) {
          const uint64_t first = reader->Read(batch.examples[row])->first_token;
          for (int t = 0; t < batch.steps; ++t) {
            const int64_t expected = t < batch.lengths[row] ? numbers_[first + t] : -1;
            ASSERT_EQ(FeatureOf(&batch, t * batch.rows + row), MadeVector(expected, kSize));
            inputs += t < batch.lengths[row];
          }
        }
      }
    }
    EXPECT_EQ(inputs, numbers_.size());
  }
  const auto without = *CreateSequenceBatcher(dataset_, "train", 7, 1, {});
  Batch batch;
  ASSERT_THAT(without->Read(0, 0, 0, &batch), IsOk());
  EXPECT_TRUE(batch.features.values.empty());
  EXPECT_THAT(
      CreateSequenceBatcher(*Dataset::Open(plain_.path()), "train", 7, 1, {.feature_size = kSize}),
      FailsWith(absl::StatusCode::kFailedPrecondition, "the data set has no feature vectors"));
}

INSTANTIATE_TEST_SUITE_P(Tasks, SequenceFeaturesTest,
                         testing::Values(TAGGING, CLASSIFICATION, TRANSLATION),
                         [](const auto& info) { return Task_Name(info.param); });

using StreamFeaturesTest = FeatureBatchesTest;
TEST_P(StreamFeaturesTest, InputsHaveTheirVectors) {
  Make(30);
  const uint64_t tokens = numbers_.size();
  for (const int lanes : {1, 2, 3}) {
    const StreamShape shape{
        .batch_size = 4, .sequence_length = 5, .lanes = lanes, .feature_size = kSize};
    const auto source = *CreateStreamBatcher(dataset_, "train", shape);
    const StreamPlan plan(EqualStreams(tokens, shape.batch_size), shape.sequence_length);
    Batch batch;
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      for (int lane = 0; lane < lanes; ++lane) {
        ASSERT_THAT(source->Read(/*epoch=*/0, number, lane, &batch), IsOk());
        ASSERT_EQ(batch.features.values.size(), batch.inputs.size() * kSize);
        for (int row = 0; row < batch.rows; ++row) {
          const int stream = source->first_row(lane) + row;
          for (int t = 0; t < batch.steps; ++t) {
            const size_t element = t * batch.rows + row;
            const uint64_t target = plan.first(stream, number) + t;
            const bool read = target < plan.stream(stream).end && target > 0;
            ASSERT_EQ(FeatureOf(&batch, element),
                      MadeVector(read ? numbers_[target - 1] : -1, kSize))
                << number << " " << stream << " " << t;
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, StreamFeaturesTest, testing::Values(LANGUAGE_MODEL),
                         [](const auto& info) { return Task_Name(info.param); });

}  // namespace
}  // namespace elman
