#include "data/batches/sequence_batcher.h"

#include <bit>
#include <limits>
#include <map>

#include "data/batches/coverage.h"
#include "data/batches/epoch_order.h"
#include "data/batches/prefetcher.h"
#include "data/shards/example_reader.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/allocations.h"

namespace elman {
namespace {

constexpr uint32_t kTypes = 100;  // words, or labels
constexpr int32_t kStart = kTypes, kPad = kTypes + 1;
const auto kShuffled = ExampleOrder{true, 3};
const auto kByTokens = ExampleOrder{true, 3, true};

class SequenceBatcherTest : public testing::Test {
 protected:
  // A data set whose split train has these shards.
  void Write(Task task, const std::vector<FieldExamples>& shards) {
    folder_ = std::make_unique<Scratch>();
    WriteMadeDataset(folder_->path(), task, shards, kTypes);
    dataset_ = *Dataset::Open(folder_->path());
    fields_.assign(FieldsOf(task).size(), {});
    for (const FieldExamples& shard : shards) {
      for (size_t f = 0; f < shard.size(); ++f)
        fields_[f].insert(fields_[f].end(), shard[f].begin(), shard[f].end());
    }
  }
  void WriteRandom(Task task, int examples, int longest = 20) {
    Write(task, {RandomTaskExamples(task, examples, longest, kTypes)});
  }

  std::unique_ptr<BatchSource> Make(int batch_size, int lanes,
                                    const ExampleOrder& order = kShuffled) {
    auto source = CreateSequenceBatcher(dataset_, "train", batch_size, lanes, order);
    EXPECT_THAT(source, IsOk());
    return *std::move(source);
  }

  uint64_t examples() const { return fields_[0].size(); }

  // Checks every element of a batch against the examples that it names.
  void Check(Task task, const Batch& batch) {
    const size_t rows = batch.examples.size();
    ASSERT_EQ(batch.rows, static_cast<int>(rows));
    ASSERT_EQ(batch.lengths.size(), rows);
    ASSERT_TRUE(batch.starts_epoch);
    ASSERT_EQ(batch.inputs.size(), rows * batch.steps);
    const size_t target_steps = task == CLASSIFICATION ? (rows > 0 ? 1 : 0)
                                : task != TRANSLATION  ? batch.steps
                                                       : batch.decoder.steps;
    ASSERT_EQ(batch.targets.size(), rows * target_steps);
    if (task != TRANSLATION) {
      ASSERT_EQ(batch.decoder.steps, 0);
      ASSERT_TRUE(batch.decoder.ids.empty() && batch.decoder.lengths.empty());
    }
    ASSERT_EQ(batch.weights.size(), task == COOCCURRENCE ? batch.targets.size() : 0);
    int64_t targets = 0;
    int longest = 0;
    for (size_t row = 0; row < rows; ++row) {
      const std::vector<uint32_t>& text = fields_[0][batch.examples[row]];
      const std::vector<uint32_t>& other = fields_[1][batch.examples[row]];
      ASSERT_EQ(batch.lengths[row], static_cast<int>(text.size()));
      longest = std::max(longest, batch.lengths[row]);
      for (size_t t = 0; t < static_cast<size_t>(batch.steps); ++t) {
        const int32_t expected = t < text.size() ? static_cast<int32_t>(text[t]) : kPad;
        ASSERT_EQ(batch.inputs[t * rows + row], expected);
      }
      for (size_t t = 0; t < target_steps; ++t) {
        int32_t expected = t < other.size() ? static_cast<int32_t>(other[t]) : kNoTarget;
        if (task == TAGGING && expected == kTypes + 1) expected = kNoTarget;
        ASSERT_EQ(batch.targets[t * rows + row], expected);
        targets += expected == kNoTarget ? 0 : 1;
        if (task == COOCCURRENCE && t < other.size()) {
          ASSERT_EQ(batch.weights[t * rows + row],
                    std::bit_cast<float>(fields_[2][batch.examples[row]][t]));
        }
        if (task != TRANSLATION) continue;
        int32_t input = t == 0 ? kStart : kPad;
        if (t > 0 && t < other.size()) input = static_cast<int32_t>(other[t - 1]);
        ASSERT_EQ(batch.decoder.ids[t * rows + row], input);
      }
      if (task == TRANSLATION) {
        ASSERT_EQ(batch.decoder.lengths[row], static_cast<int>(other.size()));
      }
    }
    ASSERT_EQ(batch.steps, longest);
    ASSERT_EQ(batch.target_count, targets);
  }

  std::unique_ptr<Scratch> folder_;
  std::shared_ptr<const Dataset> dataset_;
  FieldExamples fields_;  // of train
};

// For all sizes: every example occurs once per epoch, in batches that are full except the last,
// with the layout of the task.
TEST_F(SequenceBatcherTest, UsesEveryExampleOncePerEpoch) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION, COOCCURRENCE}) {
    for (const int count : {1, 2, 7, 64, 97, 1000}) {
      WriteRandom(task, count);
      for (const int batch_size : {1, 3, 7, 20, 64}) {
        for (const int lanes : {1, 2, 3, 7}) {
          if (lanes > batch_size) continue;
          for (const ExampleOrder& order : {ExampleOrder(), kShuffled}) {
            SCOPED_TRACE(testing::Message()
                         << Task_Name(task) << " " << count << " examples, batch " << batch_size
                         << ", lanes " << lanes << (order.shuffled ? ", shuffled" : ""));
            const auto source = Make(batch_size, lanes, order);
            ASSERT_EQ(source->batches_per_epoch(), (count + batch_size - 1) / batch_size);
            std::vector<int> used(count, 0);
            Coverage coverage;
            Batch batch;
            for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
              int rows = 0;
              for (int lane = 0; lane < lanes; ++lane) {
                ASSERT_THAT(source->Read(1, number, lane, &batch), IsOk());
                Check(task, batch);
                ASSERT_LE(batch.rows, source->end_row(lane) - source->first_row(lane));
                for (const uint64_t example : batch.examples) ++used[example];
                rows += batch.rows;
                coverage.Add(batch);
              }
              const bool last = number + 1 == source->batches_per_epoch();
              ASSERT_EQ(rows, last ? count - static_cast<int>(number) * batch_size : batch_size);
            }
            ASSERT_EQ(used, std::vector<int>(count, 1));
            ASSERT_EQ(coverage, CoverageOf(count));
          }
        }
      }
    }
  }
}

TEST_F(SequenceBatcherTest, KeepsTheOrderOfTheSplitUnlessItShuffles) {
  WriteRandom(TRANSLATION, 100);
  const auto source = Make(7, 2, ExampleOrder());
  Batch batch;
  uint64_t next = 0;
  for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
    for (int lane = 0; lane < 2; ++lane) {
      ASSERT_THAT(source->Read(number % 3, number, lane, &batch), IsOk());
      for (const uint64_t example : batch.examples) EXPECT_EQ(example, next++);
    }
  }
}

TEST_F(SequenceBatcherTest, ShufflesDifferentlyPerEpochAndSeed) {
  WriteRandom(CLASSIFICATION, 1000);
  const auto numbers = [&](uint64_t seed, int64_t epoch) {
    const auto source = Make(10, 1, {true, seed});
    std::vector<uint64_t> all;
    Batch batch;
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      EXPECT_THAT(source->Read(epoch, number, 0, &batch), IsOk());
      all.insert(all.end(), batch.examples.begin(), batch.examples.end());
    }
    return all;
  };
  EXPECT_EQ(numbers(3, 0), numbers(3, 0));
  EXPECT_NE(numbers(3, 0), numbers(3, 1));
  EXPECT_NE(numbers(3, 0), numbers(4, 0));
}

TEST_F(SequenceBatcherTest, ReadsAnyBatchAtAnyTime) {
  WriteRandom(TRANSLATION, 20'000);  // three windows
  const auto source = Make(32, 3);
  const auto again = Make(32, 3);
  Batch expected, batch;
  uint64_t x = 5;
  const auto draw = [&x](uint64_t n) { return (x = x * 6364136223846793005u + 1) / (1 << 30) % n; };
  for (int i = 0; i < 60; ++i) {
    const auto epoch = static_cast<int64_t>(draw(3));
    const auto number = static_cast<int64_t>(draw(source->batches_per_epoch()));
    const auto lane = static_cast<int>(draw(3));
    ASSERT_THAT(source->Read(epoch, number, lane, &expected), IsOk());
    // The other batcher has read other batches before.
    ASSERT_THAT(again->Read(draw(3), draw(600), 0, &batch), IsOk());
    ASSERT_THAT(again->Read(epoch, number, lane, &batch), IsOk());
    ASSERT_EQ(batch.examples, expected.examples);
    ASSERT_EQ(batch.inputs, expected.inputs);
    ASSERT_EQ(batch.targets, expected.targets);
  }
  constexpr auto kRange = absl::StatusCode::kOutOfRange;
  EXPECT_THAT(source->Read(0, source->batches_per_epoch(), 0, &batch), FailsWith(kRange, "batch"));
  EXPECT_THAT(source->Read(0, 0, 3, &batch), FailsWith(kRange, "lane"));
}

// The rows of a full batch do not depend on the lanes, and the lanes of a step have similar work.
TEST_F(SequenceBatcherTest, RowsDoNotDependOnLanes) {
  WriteRandom(TAGGING, 9000, 60);
  const auto one = Make(48, 1);
  Batch whole, part;
  for (const int lanes : {2, 3, 5, 48}) {
    const auto many = Make(48, lanes);
    for (const int64_t number : {0, 1, 100, 180}) {
      ASSERT_THAT(one->Read(0, number, 0, &whole), IsOk());
      for (int lane = 0; lane < lanes; ++lane) {
        ASSERT_THAT(many->Read(0, number, lane, &part), IsOk());
        for (int row = 0; row < part.rows; ++row)
          ASSERT_EQ(part.examples[row], whole.examples[many->first_row(lane) + row]);
      }
    }
  }
  const auto two = Make(48, 2);
  for (int64_t number = 0; number < 180; ++number) {
    int64_t ids[2] = {};
    for (int lane = 0; lane < 2; ++lane) {
      ASSERT_THAT(two->Read(0, number, lane, &part), IsOk());
      for (const int32_t length : part.lengths) ids[lane] += length;
    }
    EXPECT_LE(std::abs(ids[0] - ids[1]), 24 + (ids[0] + ids[1]) / 50);
  }
}

// The last batch is divided among the lanes, even if it is small.
TEST_F(SequenceBatcherTest, SpreadsTheLastBatch) {
  WriteRandom(TAGGING, 64 + 6);
  const auto source = Make(64, 4);
  Batch batch;
  for (int lane = 0; lane < 4; ++lane) {
    ASSERT_THAT(source->Read(0, 1, lane, &batch), IsOk());
    EXPECT_GE(batch.rows, 1);
    EXPECT_LE(batch.rows, 2);
  }
  WriteRandom(TAGGING, 64 + 1);
  int empty = 0;
  const auto other = Make(64, 4);
  for (int lane = 0; lane < 4; ++lane) {
    ASSERT_THAT(other->Read(0, 1, lane, &batch), IsOk());
    EXPECT_EQ(batch.steps == 0, batch.rows == 0);
    EXPECT_EQ(batch.target_count == 0, batch.rows == 0);
    empty += batch.rows == 0 ? 1 : 0;
  }
  EXPECT_EQ(empty, 3);
}

// Lengths within a batch are similar for both fields, and the batch that is not full does not
// always have the longest examples.
TEST_F(SequenceBatcherTest, GroupsSimilarLengths) {
  WriteRandom(TRANSLATION, 16'000, 60);
  const auto source = Make(32, 1);
  Batch batch;
  int64_t ids[2] = {}, computed[2] = {};
  for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
    ASSERT_THAT(source->Read(0, number, 0, &batch), IsOk());
    for (const int32_t length : batch.lengths) ids[0] += length;
    for (const int32_t length : batch.decoder.lengths) ids[1] += length;
    computed[0] += static_cast<int64_t>(batch.inputs.size());
    computed[1] += static_cast<int64_t>(batch.targets.size());
  }
  // Lengths are uniform from 1 to 60: in random batches half would be padding.
  EXPECT_GT(static_cast<double>(ids[0]), 0.97 * static_cast<double>(computed[0]));
  EXPECT_GT(static_cast<double>(ids[1]), 0.8 * static_cast<double>(computed[1]));
}

TEST_F(SequenceBatcherTest, TheSmallBatchHasExamplesOfAnyLength) {
  WriteRandom(TAGGING, 1001, 60);
  const auto source = Make(50, 1);
  Batch batch;
  int32_t shortest = 1000, longest = 0;
  for (int64_t epoch = 0; epoch < 60; ++epoch) {
    ASSERT_THAT(source->Read(epoch, 20, 0, &batch), IsOk());
    ASSERT_EQ(batch.rows, 1);
    shortest = std::min(shortest, batch.lengths[0]);
    longest = std::max(longest, batch.lengths[0]);
  }
  EXPECT_LT(shortest, 15);
  EXPECT_GT(longest, 45);
}

// For all lengths: every example occurs once per epoch; there are as many batches as by examples;
// no batch is empty or has too many rows; and batches do not depend on the order of reading.
TEST_F(SequenceBatcherTest, CutsByTokensUseEveryExampleOnce) {
  for (const int longest : {1, 3, 20, 200}) {
    for (const int count : {1, 2, 7, 97, 1000}) {
      WriteRandom(CLASSIFICATION, count, longest);
      for (const int batch_size : {1, 3, 20, 64}) {
        for (const int lanes : {1, 2, 3}) {
          if (lanes > batch_size) continue;
          SCOPED_TRACE(testing::Message() << count << " examples up to " << longest << ", batch "
                                          << batch_size << ", lanes " << lanes);
          const auto source = Make(batch_size, lanes, kByTokens);
          const auto again = Make(batch_size, lanes, kByTokens);
          ASSERT_EQ(source->batches_per_epoch(), (count + batch_size - 1) / batch_size);
          Coverage coverage;
          Batch batch, twice;
          for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
            int rows = 0;
            for (int lane = 0; lane < lanes; ++lane) {
              ASSERT_THAT(source->Read(1, number, lane, &batch), IsOk());
              Check(CLASSIFICATION, batch);
              ASSERT_LE(batch.rows, source->end_row(lane) - source->first_row(lane));
              coverage.Add(batch);
              rows += batch.rows;
              if (number % 5 != 3) continue;
              ASSERT_THAT(again->Read(1, number, lane, &twice), IsOk());
              ASSERT_EQ(batch.examples, twice.examples);
            }
            ASSERT_GE(rows, 1);
            ASSERT_LE(rows, kMaxRows * batch_size);
          }
          ASSERT_EQ(coverage, CoverageOf(count));
        }
      }
    }
  }
}

// For very different lengths, batches by tokens have similar numbers of tokens; batches by examples
// do not.
TEST_F(SequenceBatcherTest, BatchesByTokensHaveSimilarNumbersOfTokens) {
  WriteRandom(CLASSIFICATION, 4000, 60);
  const auto spread = [&](const ExampleOrder& order) {
    const auto source = Make(40, 1, order);
    int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
    Batch batch;
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      EXPECT_THAT(source->Read(0, number, 0, &batch), IsOk());
      // Very short examples, limited by the maximum number of rows.
      if (batch.rows == kMaxRows * 40) continue;
      int64_t tokens = 0;
      for (const int32_t length : batch.lengths) tokens += length;
      least = std::min(least, tokens);
      most = std::max(most, tokens);
    }
    return static_cast<double>(most) / static_cast<double>(least);
  };
  EXPECT_LT(spread(kByTokens), 1.3);
  EXPECT_GT(spread(kShuffled), 5);
}

// A corpus sorted by label with more blocks than a group: batches are still mixed.
TEST_F(SequenceBatcherTest, MixesASortedCorpus) {
  std::vector<FieldExamples> shards;
  for (uint32_t label = 0; label < 12; ++label) {
    FieldExamples fields(2);
    fields[0].assign(60'000, std::vector<uint32_t>(25, 5 + label));
    fields[1].assign(60'000, {label});
    shards.push_back(fields);
  }
  Write(CLASSIFICATION, shards);
  const auto reader = *ExampleReader::Open(dataset_, "train", 0);
  ASSERT_GT(reader->BlockBegins().size() - 1, 2 * kBlocksPerGroup);
  const auto source = Make(64, 1);
  Batch batch;
  std::map<int32_t, int> labels;
  for (int64_t number = 0; number < 100; ++number) {
    ASSERT_THAT(source->Read(0, number * 112, 0, &batch), IsOk());
    std::map<int32_t, int> here;
    for (const int32_t label : batch.targets) ++here[label], ++labels[label];
    // A group has eight blocks of about twelve labels, about three blocks per label.
    EXPECT_GE(here.size(), 3u);
    for (const auto& [label, times] : here) EXPECT_LE(times, 50);
  }
  EXPECT_EQ(labels.size(), 12u);
}

// In a split of several groups with blocks of different sizes, every place has one example.
TEST_F(SequenceBatcherTest, OrdersEveryExampleOnce) {
  std::vector<FieldExamples> shards;
  for (int shard = 0; shard < 21; ++shard)
    shards.push_back(RandomTaskExamples(TAGGING, 1 + shard * 7 % 11, 5, kTypes, shard + 1));
  Write(TAGGING, shards);
  const auto reader = *ExampleReader::Open(dataset_, "train", 0);
  ASSERT_EQ(reader->BlockBegins().size() - 1, 21u);
  EpochOrder order(reader->BlockBegins(), 9);
  for (uint64_t epoch = 0; epoch < 20; ++epoch) {
    order.Begin(epoch);
    std::vector<int> seen(examples(), 0);
    for (uint64_t place = 0; place < examples(); ++place) ++seen[order.ExampleAt(place)];
    EXPECT_EQ(seen, std::vector<int>(examples(), 1));
  }
}

// A run that stops during an epoch continues with the next batches.
TEST_F(SequenceBatcherTest, ResumesInTheMiddleOfAnEpoch) {
  WriteRandom(CLASSIFICATION, 1010);
  const auto first = Make(20, 2), second = Make(20, 2);
  Prefetcher whole(first.get(), 0, 2, 2, {0, 0});
  std::vector<std::vector<uint64_t>> expected;
  for (int step = 0; step < 60; ++step) {
    const auto batches = whole.Next();
    ASSERT_THAT(batches, IsOk());
    for (const Batch& batch : **batches) {
      EXPECT_EQ(batch.steps == 0, batch.examples.empty());
      expected.push_back(batch.examples);
    }
  }
  // An epoch has 51 batches: 26 steps of two.
  Prefetcher resumed(second.get(), 0, 2, 2, {1, 7});
  for (size_t at = (26 + 7) * 4; at < expected.size(); at += 4) {
    const auto batches = resumed.Next();
    ASSERT_THAT(batches, IsOk());
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ((**batches)[i].examples, expected[at + i]);
    }
  }
}

TEST_F(SequenceBatcherTest, DoesNotAllocateAfterWarmUp) {
  if (!kCountsAllocations) return;
  WriteRandom(TRANSLATION, 20'000);
  const auto source = Make(32, 2);
  Batch batch;
  const auto read_epoch = [&](int64_t epoch) {
    for (int64_t number = 0; number < source->batches_per_epoch(); ++number) {
      // A matcher would allocate memory itself.
      for (int lane = 0; lane < 2; ++lane)
        ASSERT_TRUE(source->Read(epoch, number, lane, &batch).ok());
    }
  };
  read_epoch(0);
  const int64_t before = AllocationCount();
  read_epoch(1);
  EXPECT_EQ(AllocationCount(), before);
}

TEST_F(SequenceBatcherTest, ReportsDamageWhenItIsRead) {
  WriteRandom(TAGGING, 100);
  std::string bytes = folder_->Read("shard-0");
  bytes[bytes.size() / 2] ^= 1;
  folder_->Write("shard-0", bytes);
  const auto source = Make(10, 1);
  Batch batch;
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(source->Read(0, 0, 0, &batch),
                FailsWith(absl::StatusCode::kDataLoss, "shard-0: offset"));
  }
}

TEST_F(SequenceBatcherTest, RefusesInvalidArguments) {
  WriteRandom(TAGGING, 10);
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(CreateSequenceBatcher(dataset_, "train", 4, 6, {}),
              FailsWith(kInvalid, "lanes 6 are more than batch_size 4"));
  EXPECT_THAT(CreateSequenceBatcher(dataset_, "train", 0, 1, {}),
              FailsWith(kInvalid, "batch_size 0"));
  EXPECT_THAT(CreateSequenceBatcher(dataset_, "none", 1, 1, {}),
              FailsWith(absl::StatusCode::kNotFound, "none"));
  Scratch scratch;
  WriteMadeDataset(scratch.path(), {{{5, 1}}});
  EXPECT_THAT(CreateSequenceBatcher(*Dataset::Open(scratch.path()), "train", 1, 1, {}),
              FailsWith(kInvalid, "expected a data set of separate examples, found running text"));
  Write(TAGGING, {{{}, {}}});
  EXPECT_THAT(CreateSequenceBatcher(dataset_, "train", 1, 1, {}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "empty"));
}

TEST(Coverage, DetectsMissingAndRepeatedExamples) {
  Coverage all, some;
  for (const uint64_t example : {4, 0, 2}) all.Add(example);
  for (const uint64_t example : {3, 1}) some.Add(example);
  all += some;
  EXPECT_EQ(all, CoverageOf(5));
  Coverage wrong;
  for (const uint64_t example : {0, 1, 2, 3, 3}) wrong.Add(example);
  EXPECT_FALSE(wrong == CoverageOf(5));
  EXPECT_FALSE(some == CoverageOf(2));
}

}  // namespace
}  // namespace elman
