#include "trainer/network/word_vectors/huffman_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <queue>
#include <set>
#include <string>

namespace elman {
namespace {

using testing::ElementsAre;

std::vector<size_t> Lengths(const HuffmanCode& code, size_t words) {
  std::vector<size_t> lengths;
  for (size_t word = 0; word < words; ++word)
    lengths.push_back(code.Path(static_cast<int32_t>(word)).size());
  return lengths;
}

// The cost of all words, computed in another way: the sum of the weights of inner nodes.
uint64_t LeastCost(const std::vector<uint64_t>& counts) {
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> weights(counts.begin(),
                                                                               counts.end());
  uint64_t cost = 0;
  while (weights.size() > 1) {
    uint64_t weight = weights.top();
    weights.pop();
    weight += weights.top();
    weights.pop();
    weights.push(weight);
    cost += weight;
  }
  return cost;
}

TEST(HuffmanCodeTest, LengthsMatchManualCodes) {
  EXPECT_THAT(Lengths(HuffmanCode(std::vector<uint64_t>{7, 3}), 2), ElementsAre(1, 1));
  EXPECT_THAT(Lengths(HuffmanCode(std::vector<uint64_t>{1, 8, 2, 4}), 4), ElementsAre(3, 1, 3, 2));
  EXPECT_THAT(Lengths(HuffmanCode(std::vector<uint64_t>{5, 9, 12, 13, 16, 45}), 6),
              ElementsAre(4, 4, 3, 3, 3, 1));
}

TEST(HuffmanCodeTest, IsOptimalAndPrefixFree) {
  std::vector<uint64_t> counts;
  for (uint64_t i = 0; i < 300; ++i) counts.push_back(i * 7919 % 1000);
  const HuffmanCode code(counts);
  EXPECT_EQ(code.nodes(), 299);
  uint64_t cost = 0;
  std::set<std::string> words;
  for (int32_t word = 0; word < 300; ++word) {
    const auto path = code.Path(word);
    const auto turns = code.Turns(word);
    ASSERT_EQ(path.size(), turns.size());
    EXPECT_EQ(path[0], code.nodes() - 1) << "from the root";
    std::string bits;
    for (size_t i = 0; i < path.size(); ++i) {
      ASSERT_GE(path[i], 0);
      ASSERT_LT(path[i], code.nodes());
      bits += turns[i] == 0 ? '0' : '1';
    }
    words.insert(bits);
    cost += counts[word] * path.size();
  }
  EXPECT_EQ(cost, LeastCost(counts));
  for (auto word = words.begin(); std::next(word) != words.end(); ++word)
    EXPECT_FALSE(std::next(word)->starts_with(*word));
  EXPECT_EQ(words.size(), 300u);
}

}  // namespace
}  // namespace elman
