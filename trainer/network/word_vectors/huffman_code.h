// A Huffman tree over words, in which frequent words are near the root (Huffman, 1952). It defines
// the output of a hierarchical softmax (Morin and Bengio, 2005; Mikolov et al., 2013).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class HuffmanCode {
 public:
  // Builds the tree from the counts of at least two words. The same counts give the same tree.
  explicit HuffmanCode(std::span<const uint64_t> counts);

  // Number of inner nodes, one less than words. They are numbered from 0; the last is the root.
  int64_t nodes() const { return nodes_; }

  // Path: the inner nodes from the root to a word. Turns: the branch taken at each of them, 1 or 0.
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
