#include "data/cooccurrences/pair_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "absl/status/status.h"

namespace elman {
namespace {

std::vector<WeighedPair> PairsOf(const PairTable& table) {
  std::vector<WeighedPair> pairs;
  EXPECT_TRUE(table
                  .ForEach([&](const WeighedPair& pair) {
                    pairs.push_back(pair);
                    return absl::OkStatus();
                  })
                  .ok());
  return pairs;
}

std::vector<WeighedPair> PairsOf(const std::map<uint64_t, uint64_t>& sums) {
  std::vector<WeighedPair> pairs;
  for (const auto& [key, weight] : sums) pairs.push_back({key, weight});
  return pairs;
}

TEST(PairKeyTest, NamesBothWords) {
  for (const uint32_t word : {0u, 1u, 77u, 0x7fffffffu, 0xffffffffu}) {
    for (const uint32_t context : {0u, 2u, 0xffffffffu}) {
      EXPECT_EQ(WordOf(PairKey(word, context)), word);
      EXPECT_EQ(ContextOf(PairKey(word, context)), context);
    }
  }
}

TEST(PairTableTest, AddsUpInTheOrderOfKeys) {
  PairTable table(1 << 20);
  std::map<uint64_t, uint64_t> sums;
  std::mt19937_64 engine(3);
  for (int i = 0; i < 40'000; ++i) {
    const uint64_t key = Mix(engine() % 9000), weight = 1 + engine() % 5;
    ASSERT_TRUE(table.Add(key, weight));
    sums[key] += weight;
  }
  EXPECT_EQ(table.size(), sums.size());
  EXPECT_EQ(PairsOf(table), PairsOf(sums));
  table.Clear();
  EXPECT_EQ(table.size(), 0);
  EXPECT_TRUE(PairsOf(table).empty());
}

// Keys with the same home slot are in order, whatever the order of insertion, also after the last
// slot.
TEST(PairTableTest, KeepsTheOrderOfKeysWithTheSameHomeSlot) {
  for (const uint64_t first : {uint64_t{0}, ~uint64_t{0} - 40, uint64_t{1} << 63}) {
    PairTable table(1 << 16);
    std::map<uint64_t, uint64_t> sums;
    for (uint64_t i = 0; i < 41; ++i) {
      const uint64_t key = first + i * 27 % 41;
      ASSERT_TRUE(table.Add(key, 1 + i));
      sums[key] += 1 + i;
    }
    EXPECT_EQ(PairsOf(table), PairsOf(sums)) << first;
  }
}

TEST(PairTableTest, StaysWithinItsMemoryLimit) {
  constexpr uint64_t kBytes = 1 << 20;
  PairTable table(kBytes);
  std::map<uint64_t, uint64_t> sums;
  uint64_t next = 0;
  while (table.Add(Mix(next), 2)) sums[Mix(next++)] = 2;
  // At most three quarters of the slots are used, and while the table grows both tables are in
  // memory.
  EXPECT_GT(table.size() * sizeof(WeighedPair), kBytes / 4);
  EXPECT_LT(table.size() * sizeof(WeighedPair), kBytes / 2);
  EXPECT_EQ(PairsOf(table), PairsOf(sums)) << "a pair too many changed it";
  EXPECT_TRUE(table.Add(Mix(0), 3)) << "of a pair that is there";
  table.Clear();
  EXPECT_TRUE(table.Add(Mix(next), 2));
}

TEST(PairTableTest, SumsSaturate) {
  EXPECT_EQ(AddWeights(~uint64_t{0} - 1, 5), ~uint64_t{0});
  EXPECT_EQ(AddWeights(~uint64_t{0}, ~uint64_t{0}), ~uint64_t{0});
  EXPECT_EQ(AddWeights(2, 3), 5);
}

}  // namespace
}  // namespace elman
