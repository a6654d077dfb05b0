#include "data/batches/stream_batcher.h"

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr int32_t kEnd = 1;

// A split with the ids 2, 3, 4, ..., so that a token shows its position.
class StreamBatcherTest : public testing::Test {
 protected:
  std::unique_ptr<BatchSource> Make(uint64_t tokens, int batch_size, int sequence_length,
                                    int lanes) {
    if (tokens != written_) {
      std::filesystem::remove_all(scratch_.path());
      std::filesystem::create_directory(scratch_.path());
      Examples examples;
      for (uint64_t i = 0; i < tokens; ++i) {
        if (i % 7 == 0) examples.emplace_back();
        examples.back().push_back(static_cast<uint32_t>(2 + i));
      }
      WriteMadeDataset(scratch_.path(), {examples}, 2000);
      written_ = tokens;
    }
    auto source = CreateStreamBatcher(*Dataset::Open(scratch_.path()), "train",
                                      {batch_size, sequence_length, lanes});
    EXPECT_THAT(source, IsOk());
    return std::move(*source);
  }

  Scratch scratch_;
  uint64_t written_ = ~uint64_t{0};
};

// For all sizes: every token is a target exactly once; its input is the token before it (or </s>
// before the first); and each row continues where it stopped.
TEST_F(StreamBatcherTest, PredictsEveryTokenOnceFromThePreviousOne) {
  for (const uint64_t tokens : {1u, 2u, 3u, 5u, 12u, 64u, 97u, 1000u}) {
    for (const int batch_size : {1, 2, 3, 7, 20}) {
      for (const int sequence_length : {1, 2, 5, 35}) {
        for (const int lanes : {1, 2, 3, 7}) {
          if (lanes > batch_size) continue;
          SCOPED_TRACE(testing::Message() << tokens << " tokens, batch " << batch_size
                                          << ", length " << sequence_length << ", lanes " << lanes);
          const auto source = Make(tokens, batch_size, sequence_length, lanes);
          std::vector<int> seen(tokens, 0);
          std::vector<int32_t> last(batch_size, kNoTarget);
          Batch batch;
          int rows = 0;
          for (int64_t step = 0; step < source->batches_per_epoch(); ++step) {
            rows = 0;
            for (int lane = 0; lane < lanes; ++lane) {
              ASSERT_THAT(source->Read(0, step, lane, &batch), IsOk());
              ASSERT_EQ(source->first_row(lane), rows);
              rows = source->end_row(lane);
              ASSERT_EQ(batch.rows, rows - source->first_row(lane));
              ASSERT_GE(batch.rows, 1);
              ASSERT_LE(batch.steps, sequence_length);
              ASSERT_GE(batch.steps, 1);
              ASSERT_EQ(batch.starts_epoch, step == 0);
              ASSERT_EQ(batch.inputs.size(), static_cast<size_t>(batch.steps * batch.rows));
              ASSERT_EQ(batch.targets.size(), batch.inputs.size());
              int64_t targets = 0;
              for (int t = 0; t < batch.steps; ++t) {
                for (int b = 0; b < batch.rows; ++b) {
                  const int32_t input = batch.inputs[t * batch.rows + b];
                  const int32_t target = batch.targets[t * batch.rows + b];
                  int32_t& before = last[source->first_row(lane) + b];
                  if (target == kNoTarget) {
                    // Only at the last step, for a stream one shorter than the longest.
                    ASSERT_EQ(step, source->batches_per_epoch() - 1);
                    ASSERT_EQ(t, batch.steps - 1);
                    ASSERT_EQ(input, kEnd);
                    continue;
                  }
                  ++targets;
                  ++seen[target - 2];
                  ASSERT_EQ(input, target == 2 ? kEnd : target - 1);
                  if (step + t > 0) {
                    ASSERT_EQ(input, before);
                  }
                  before = target;
                }
              }
              ASSERT_EQ(batch.target_count, targets);
            }
            ASSERT_EQ(rows, batch_size);
          }
          ASSERT_EQ(seen, std::vector<int>(tokens, 1));
        }
      }
    }
  }
}

TEST_F(StreamBatcherTest, CutsStreamsThatDifferByOneAtMost) {
  for (const uint64_t tokens : {0u, 1u, 10u, 11u, 99u}) {
    uint64_t end = 0;
    for (const TokenStream& stream : EqualStreams(tokens, 10)) {
      EXPECT_EQ(stream.context, stream.begin);
      EXPECT_EQ(stream.begin, end);
      end = stream.end;
      EXPECT_GE(end - stream.begin, tokens / 10);
      EXPECT_LE(end - stream.begin, (tokens + 9) / 10);
    }
    EXPECT_EQ(end, tokens);
  }
  EXPECT_EQ(EqualStreams(~uint64_t{0}, 1000).back().end, ~uint64_t{0});
  EXPECT_EQ(StreamPlan(EqualStreams(~uint64_t{0}, 1), 1 << 16).windows(), int64_t{1} << 48);
  const StreamPlan plan(EqualStreams(99, 10), 4);
  EXPECT_EQ(plan.windows(), 3);
  EXPECT_EQ(plan.steps(0), 4);
  EXPECT_EQ(plan.steps(2), 2);
}

// Context is read but is not a target, and its texts reset the state too. Streams may have any
// lengths.
TEST_F(StreamBatcherTest, ReadsTheContextOfStreams) {
  WriteMadeDataset(scratch_.path(), {{{5, 6, kEnd}, {7, 8, kEnd}}, {{9, kEnd}, {10, 11, kEnd}}},
                   20);
  const auto source = *CreateStreamBatcher(*Dataset::Open(scratch_.path()), "train",
                                           {.sequence_length = 4, .unit = TextUnit::kLine},
                                           {{0, 0, 5}, {3, 5, 8}, {8, 8, 11}});
  ASSERT_EQ(source->batches_per_epoch(), 2);
  ASSERT_EQ(source->end_row(0), 3);
  constexpr int32_t kNo = kNoTarget;
  Batch batch;
  ASSERT_THAT(source->Read(0, 0, 0, &batch), IsOk());
  EXPECT_EQ(batch.inputs, (std::vector<int32_t>{kEnd, kEnd, kEnd,  //
                                                5, 7, 10,          //
                                                6, 8, 11,          //
                                                kEnd, kEnd, kEnd}));
  EXPECT_EQ(batch.targets, (std::vector<int32_t>{5, kNo, 10,        //
                                                 6, kNo, 11,        //
                                                 kEnd, kEnd, kEnd,  //
                                                 7, 9, kNo}));
  EXPECT_EQ(batch.target_count, 9);
  EXPECT_EQ(batch.restarts, (std::vector<int32_t>{0, 1, 2, 9, 10}));
  ASSERT_THAT(source->Read(0, 1, 0, &batch), IsOk());
  EXPECT_EQ(batch.inputs, (std::vector<int32_t>{7, 9, kEnd}));
  EXPECT_EQ(batch.targets, (std::vector<int32_t>{8, kEnd, kNo}));
}

TEST_F(StreamBatcherTest, ReadsAnyBatchAtAnyTime) {
  const auto source = Make(1000, 7, 13, 3);
  Batch batch;
  Batch again;
  ASSERT_THAT(source->Read(0, 5, 1, &batch), IsOk());
  for (const int64_t epoch : {0, 1, 17}) {
    ASSERT_THAT(source->Read(epoch, 0, 2, &again), IsOk());
    ASSERT_THAT(source->Read(epoch, 5, 1, &again), IsOk());
    EXPECT_EQ(again.inputs, batch.inputs);
    EXPECT_EQ(again.targets, batch.targets);
  }
  EXPECT_THAT(source->Read(0, source->batches_per_epoch(), 0, &batch),
              FailsWith(absl::StatusCode::kOutOfRange, "batch 11 of lane 0"));
  EXPECT_THAT(source->Read(0, 0, 3, &batch), FailsWith(absl::StatusCode::kOutOfRange, "lane"));
}

// The data of a row do not depend on how rows are divided among lanes.
TEST_F(StreamBatcherTest, RowsDoNotDependOnLanes) {
  const auto one = Make(997, 12, 10, 1);
  Batch whole;
  Batch part;
  for (const int lanes : {2, 3, 5, 12}) {
    const auto many = Make(997, 12, 10, lanes);
    for (int64_t step = 0; step < one->batches_per_epoch(); ++step) {
      ASSERT_THAT(one->Read(0, step, 0, &whole), IsOk());
      for (int lane = 0; lane < lanes; ++lane) {
        ASSERT_THAT(many->Read(0, step, lane, &part), IsOk());
        for (int t = 0; t < part.steps; ++t) {
          for (int b = 0; b < part.rows; ++b) {
            const int row = many->first_row(lane) + b;
            ASSERT_EQ(part.inputs[t * part.rows + b], whole.inputs[t * 12 + row]);
            ASSERT_EQ(part.targets[t * part.rows + b], whole.targets[t * 12 + row]);
          }
        }
      }
    }
  }
}

// The state is reset at an input </s> after which a line begins or, with paragraphs, at an </s>
// that follows another one: an empty line.
TEST_F(StreamBatcherTest, RestartsWhereTextsBegin) {
  WriteMadeDataset(scratch_.path(), {{{5, 6, kEnd}, {kEnd}, {7, kEnd}, {8, 9, kEnd}, {kEnd}}}, 20);
  const auto dataset = *Dataset::Open(scratch_.path());
  // Inputs: (</s>) 5 6 </s> </s> 7 </s> 8 9 </s>, in windows of 3.
  const auto restarts = [&](TextUnit unit, int sequence_length) {
    const auto source =
        *CreateStreamBatcher(dataset, "train", {.sequence_length = sequence_length, .unit = unit});
    std::vector<int64_t> inputs;
    Batch batch;
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      EXPECT_THAT(source->Read(0, number, 0, &batch), IsOk());
      for (const int32_t element : batch.restarts)
        inputs.push_back(number * sequence_length + element);
    }
    return inputs;
  };
  for (const int sequence_length : {1, 2, 3, 100}) {
    EXPECT_EQ(restarts(TextUnit::kSplit, sequence_length), (std::vector<int64_t>{}));
    EXPECT_EQ(restarts(TextUnit::kLine, sequence_length), (std::vector<int64_t>{0, 3, 4, 6, 9}));
    EXPECT_EQ(restarts(TextUnit::kParagraph, sequence_length), (std::vector<int64_t>{0, 4}));
  }
}

// Two data sets in one batch: rows are divided in proportion. Each row is a separate stream, which
// restarts at its end while the others continue.
TEST_F(StreamBatcherTest, MixesDataSetsByRows) {
  Scratch other;
  const auto made = [](uint32_t first, uint32_t count) {
    Examples examples(1);
    for (uint32_t i = 0; i < count; ++i) examples[0].push_back(first + i);
    return examples;
  };
  WriteMadeDataset(scratch_.path(), {made(2, 24)}, 200);
  WriteMadeDataset(other.path(), {made(100, 6)}, 200);
  const std::vector<std::shared_ptr<const Dataset>> datasets = {*Dataset::Open(scratch_.path()),
                                                                *Dataset::Open(other.path())};
  for (const int lanes : {1, 2, 3}) {
    const auto source = *CreateMixedStreamBatcher(
        datasets, {2, 1}, "train", {.batch_size = 3, .sequence_length = 4, .lanes = lanes});
    ASSERT_EQ(source->batches_per_epoch(), 3);  // 30 tokens in 3 rows
    std::vector<int> seen(200, 0);
    Batch batch;
    for (int64_t g = 0; g < 12; ++g) {
      for (int lane = 0; lane < lanes; ++lane) {
        ASSERT_THAT(source->Read(g / 3, g % 3, lane, &batch), IsOk());
        for (int row = 0; row < batch.rows; ++row) {
          const bool of_other = source->first_row(lane) + row == 2;
          // 12 tokens per row of the first data set, in 3 windows; 6 of the other, in 2.
          const int64_t window = of_other ? g % 2 : g % 3;
          EXPECT_EQ(std::ranges::count(batch.restarts, row), window == 0 && g % 6 != 0);
          EXPECT_EQ(batch.starts_epoch, g % 6 == 0);
          for (int t = 0; t < batch.steps; ++t) {
            const int32_t target = batch.targets[t * batch.rows + row];
            if (target == kNoTarget) continue;
            EXPECT_EQ(target >= 100, of_other);
            if (t > 0) {
              EXPECT_EQ(batch.inputs[t * batch.rows + row], target - 1);
            }
            ++seen[target];
          }
        }
      }
    }
    for (int id = 2; id < 26; ++id) EXPECT_EQ(seen[id], 4) << id;
    for (int id = 100; id < 106; ++id) EXPECT_EQ(seen[id], 6) << id;
  }
}

TEST_F(StreamBatcherTest, RefusesInvalidArguments) {
  Make(10, 1, 1, 1);
  const auto dataset = *Dataset::Open(scratch_.path());
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(CreateStreamBatcher(dataset, "train", {4, 5, 6}),
              FailsWith(kInvalid, "lanes 6 are more than batch_size 4"));
  EXPECT_THAT(CreateStreamBatcher(dataset, "train", {0, 5, 1}),
              FailsWith(kInvalid, "batch_size 0"));
  EXPECT_THAT(CreateStreamBatcher(dataset, "none", {1, 1, 1}),
              FailsWith(absl::StatusCode::kNotFound, "none"));
}

TEST_F(StreamBatcherTest, RefusesAnEmptySplit) {
  WriteMadeDataset(scratch_.path(), {{}});
  EXPECT_THAT(CreateStreamBatcher(*Dataset::Open(scratch_.path()), "train", {1, 1, 1}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "empty"));
}

}  // namespace
}  // namespace elman
