#include "trainer/network/word_vectors/huffman_code.h"

#include <algorithm>
#include <numeric>

#include "trainer/network/math/check.h"

namespace elman {

HuffmanCode::HuffmanCode(std::span<const uint64_t> counts) : nodes_(std::ssize(counts) - 1) {
  const auto words = static_cast<int32_t>(counts.size());
  CHECK_GE(words, 2);
  std::vector<int32_t> order(words);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int32_t a, int32_t b) { return counts[a] < counts[b]; });

  // The two lightest nodes become the children of a new node. New nodes are made in the order of
  // their weights, so the lightest is always the next word or the next inner node.
  const auto tree_size = static_cast<size_t>(words + nodes_);  // words, then inner nodes
  std::vector<uint64_t> weights(counts.begin(), counts.end());
  weights.resize(tree_size);
  std::vector<int32_t> parents(tree_size);
  std::vector<char> turns(tree_size);
  int32_t next_word = 0, next_node = words;
  for (int32_t made = words; made < words + nodes_; ++made) {
    for (const char turn : {0, 1}) {
      const bool take_word = next_word < words &&
                             (next_node == made || weights[order[next_word]] <= weights[next_node]);
      const int32_t child = take_word ? order[next_word++] : next_node++;
      weights[made] += weights[child];
      parents[child] = made;
      turns[child] = turn;
    }
  }

  begins_.push_back(0);
  const auto root = static_cast<int32_t>(tree_size - 1);
  for (int32_t word = 0; word < words; ++word) {
    for (int32_t at = word; at != root; at = parents[at]) {
      path_.push_back(parents[at] - words);
      turns_.push_back(turns[at]);
    }
    std::reverse(path_.begin() + static_cast<ptrdiff_t>(begins_.back()), path_.end());
    std::reverse(turns_.begin() + static_cast<ptrdiff_t>(begins_.back()), turns_.end());
    begins_.push_back(path_.size());
  }
}

}  // namespace elman
