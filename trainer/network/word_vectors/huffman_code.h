// A binary tree over words in which frequent ones are near the root (Huffman, 1952): the output of
// a hierarchical softmax (Morin and Bengio, 2005; Mikolov et al., 2013).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class HuffmanCode {
 public:
  // Of at least two words, with their counts. The same counts give the same tree.
  explicit HuffmanCode(std::span<const uint64_t> counts);

  // Inner nodes, numbered from 0: one fewer than words. The last is the root.
  int64_t nodes() const { return nodes_; }

  // The inner nodes from the root to a word, and where the path goes on from each: 1 or 0.
  std::span<const int32_t> Path(int32_t word) const {
    return std::span(path_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }
  std::span<const float> Turns(int32_t word) const {
    return std::span(turns_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }

 private:
  int64_t nodes_;
  std::vector<size_t> begins_;
  std::vector<int32_t> path_;
  std::vector<float> turns_;
};

}  // namespace elman
