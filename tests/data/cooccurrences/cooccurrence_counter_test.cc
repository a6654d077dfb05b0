#include "data/cooccurrences/cooccurrence_counter.h"

#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

using Sums = std::map<std::pair<uint32_t, uint32_t>, double>;

// By definition: all pairs of places.
Sums SlowSums(const std::vector<Examples>& shards, size_t window) {
  Sums sums;
  for (const Examples& examples : shards) {
    for (const auto& example : examples) {
      std::vector<uint32_t> words;
      for (const uint32_t id : example) {
        if (id > 1) words.push_back(id);  // 0 is <unk>, 1 </s>
      }
      for (size_t i = 0; i < words.size(); ++i) {
        for (size_t j = 0; j < words.size(); ++j) {
          const size_t distance = i < j ? j - i : i - j;
          if (distance == 0 || distance > window || words[i] > words[j]) continue;
          // Different words: each pair of places occurs once in this order.
          sums[{words[i], words[j]}] += 1.0 / static_cast<double>(distance);
        }
      }
    }
  }
  return sums;
}

class CooccurrenceCounterTest : public testing::Test {
 protected:
  void Write(std::vector<Examples> shards, uint32_t words = 100) {
    shards_ = std::move(shards);
    WriteMadeDataset(scratch_.path(), shards_, words);
    dataset_ = *Dataset::Open(scratch_.path());
  }

  // Returns all pairs in the order of their keys, and the number of runs.
  std::vector<WeighedPair> Count(PairCountingSpec spec, size_t* runs = nullptr) {
    spec.folder = counting_.path();
    uint64_t tokens = 0;
    std::mutex mutex;
    const auto counted = CountPairs(*dataset_, "train", spec, [&](uint64_t read) {
      const std::lock_guard<std::mutex> lock(mutex);
      tokens += read;
    });
    EXPECT_THAT(counted, IsOk());
    EXPECT_EQ(tokens, dataset_->manifest().splits(0).counts(0).tokens());
    if (runs != nullptr) *runs = counted->size();
    std::vector<WeighedPair> pairs;
    for (uint64_t part = 0; part < spec.parts.size(); ++part) {
      EXPECT_THAT(MergePairRuns(*counted, part,
                                [&](const WeighedPair& pair) {
                                  EXPECT_EQ(spec.parts.PartOf(pair.key), part);
                                  pairs.push_back(pair);
                                  return absl::OkStatus();
                                }),
                  IsOk());
    }
    EXPECT_TRUE(std::ranges::is_sorted(pairs, {}, &WeighedPair::key));
    return pairs;
  }

  Scratch scratch_, counting_;
  std::vector<Examples> shards_;
  std::shared_ptr<const Dataset> dataset_;
};

TEST_F(CooccurrenceCounterTest, CountsAsDefined) {
  // Random lines, some with unknown words inside; single words; a word next to itself.
  Examples examples = RandomExamples(200, 30, 20);
  for (size_t i = 0; i < examples.size(); i += 3) examples[i][examples[i].size() / 2] = 0;
  examples.push_back({7, 7, 7, 1});
  examples.push_back({5});
  Write({examples, RandomExamples(50, 3, 20, 2)});
  for (const int window : {1, 2, 10, 1000}) {
    const Sums expected = SlowSums(shards_, window);
    const std::vector<WeighedPair> pairs = Count({.window = window});
    ASSERT_EQ(pairs.size(), expected.size()) << window;
    for (const WeighedPair& pair : pairs) {
      const auto found = expected.find({WordOf(pair.key), ContextOf(pair.key)});
      ASSERT_NE(found, expected.end());
      const double weight = static_cast<double>(pair.weight) * 0x1p-32;
      EXPECT_NEAR(weight, found->second, 1e-7) << window;
    }
  }
}

TEST_F(CooccurrenceCounterTest, SumsDoNotDependOnThreadsMemoryOrParts) {
  Write({RandomExamples(3000, 60, 3000), RandomExamples(3000, 60, 3000, 2)}, 3000);
  const std::vector<WeighedPair> pairs = Count({.memory_bytes = 1 << 26});
  ASSERT_GT(pairs.size(), 400'000);
  size_t runs = 0;
  EXPECT_EQ(Count({.parts = {3}, .memory_bytes = 1 << 22, .threads = 3}, &runs), pairs);
  EXPECT_GT(runs, 3);
  EXPECT_EQ(Count({.parts = {5}, .memory_bytes = 1 << 17, .threads = 2}, &runs), pairs);
  EXPECT_LE(runs, kMaxPairRuns) << "of which there were hundreds";
}

TEST_F(CooccurrenceCounterTest, FindsDamage) {
  Write({RandomExamples(300, 30)});
  const std::string path = scratch_.Path("shard-0");
  std::string bytes = scratch_.Read("shard-0");
  bytes[bytes.size() / 2] ^= 1;
  scratch_.Write("shard-0", bytes);
  const auto counted =
      CountPairs(*dataset_, "train", {.folder = counting_.path()}, [](uint64_t) {});
  ASSERT_FALSE(counted.ok());
  EXPECT_EQ(counted.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(counted.status().message()), testing::HasSubstr(path));
}

}  // namespace
}  // namespace elman
