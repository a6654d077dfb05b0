#include "data/batches/mixture.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <utility>
#include <vector>

namespace elman {
namespace {

TEST(ApportionTest, DividesByLargestRemainders) {
  EXPECT_EQ(*Apportion({1}, 7), (std::vector<int>{7}));
  EXPECT_EQ(*Apportion({0.7, 0.3}, 20), (std::vector<int>{14, 6}));
  EXPECT_EQ(*Apportion({1, 1, 1}, 10), (std::vector<int>{4, 3, 3}));
  EXPECT_EQ(*Apportion({5, 3, 2}, 7), (std::vector<int>{4, 2, 1}));
  // Every weight gets at least one.
  EXPECT_EQ(*Apportion({1000, 1, 1}, 5), (std::vector<int>{3, 1, 1}));
  EXPECT_FALSE(Apportion({1, 1}, 1).ok());
  EXPECT_FALSE(Apportion({1, 0}, 5).ok());
  EXPECT_FALSE(Apportion({1, -1}, 5).ok());
  EXPECT_FALSE(Apportion({1, std::numeric_limits<double>::quiet_NaN()}, 5).ok());
}

// Batches that identify themselves: steps is the source, rows the epoch, and the first input the
// batch number.
class Numbered : public BatchSource {
 public:
  Numbered(int name, int64_t batches) : name_(name), batches_(batches) {}
  int lanes() const override { return 1; }
  int64_t batches_per_epoch() const override { return batches_; }
  int first_row(int) const override { return 0; }
  int end_row(int) const override { return 1; }
  uint64_t examples() const override { return 100; }
  absl::Status Read(int64_t epoch, int64_t number, int, Batch* batch) override {
    if (number >= batches_) return absl::OutOfRangeError("beyond the epoch");
    batch->steps = name_;
    batch->rows = static_cast<int>(epoch);
    batch->inputs = {static_cast<int32_t>(number)};
    batch->examples = {7};
    return absl::OkStatus();
  }

 private:
  const int name_;
  const int64_t batches_;
};

std::unique_ptr<BatchSource> Mix(uint64_t seed) {
  std::vector<std::unique_ptr<BatchSource>> sources;
  sources.push_back(std::make_unique<Numbered>(0, 40));
  sources.push_back(std::make_unique<Numbered>(1, 70));
  return *CreateMixtureOfBatches(std::move(sources), {1, 3}, seed);
}

TEST(MixtureOfBatchesTest, EverySourceHasItsOwnEpochs) {
  const auto mixture = Mix(5);
  ASSERT_EQ(mixture->batches_per_epoch(), 110);
  EXPECT_EQ(mixture->examples(), 0);  // no coverage for mixtures
  const int64_t batches[] = {40, 70};
  int64_t next[] = {0, 0};
  Batch batch;
  for (int64_t g = 0; g < 3 * kBatchesPerRound; ++g) {
    ASSERT_TRUE(mixture->Read(g / 110, g % 110, 0, &batch).ok());
    const int source = batch.steps;
    EXPECT_EQ(batch.rows * batches[source] + batch.inputs[0], next[source]) << g;
    EXPECT_TRUE(batch.examples.empty());
    ++next[source];
    if ((g + 1) % kBatchesPerRound == 0) {
      EXPECT_EQ(next[1], 3 * next[0]);
    }
  }
}

TEST(MixtureOfBatchesTest, BatchesAreAFunctionOfNumberAndSeed) {
  const auto in_order = Mix(5), at_random = Mix(5), other = Mix(6);
  Batch a, b;
  int differ = 0;
  for (int64_t i = 0; i < 2000; ++i) {
    const int64_t g = i * 1237 % 2000;
    ASSERT_TRUE(at_random->Read(g / 110, g % 110, 0, &a).ok());
    ASSERT_TRUE(in_order->Read(g / 110, g % 110, 0, &b).ok());
    EXPECT_EQ(std::tie(a.steps, a.rows, a.inputs), std::tie(b.steps, b.rows, b.inputs));
    ASSERT_TRUE(other->Read(g / 110, g % 110, 0, &b).ok());
    differ += a.steps != b.steps;
  }
  EXPECT_GT(differ, 100);
}

}  // namespace
}  // namespace elman
