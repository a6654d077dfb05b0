// Selects the words of running text that train word vectors: frequent words are dropped at random,
// and each remaining word has a window of random width (Mikolov et al., 2013, "Distributed
// Representations of Words and Phrases and their Compositionality").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/parameters/pass.h"

namespace elman {

// The remaining words of a row of tokens, in order.
struct WordWindows {
  std::vector<int32_t> words;
  std::vector<int32_t> positions;  // of each word in the row
  // The contexts of word i are [begins[i], ends[i]) without i itself, all in the same line.
  std::vector<int32_t> begins, ends;

  int64_t size() const { return static_cast<int64_t>(words.size()); }
};

class WindowChooser {
 public:
  // `counts` of words by id, 0 for ids that are not words. A word with relative frequency f is kept
  // with probability min(1, sqrt(subsample / f) + subsample / f), or always if subsample is 0.
  // Windows have at most `window` words on each side.
  WindowChooser(std::span<const uint64_t> counts, double subsample, int window, int32_t end_id);

  // Chooses words and windows of a row. Lines end with end_id. Ids that are not words are dropped
  // before windows are drawn; negative tokens are padding. The random numbers are keyed by
  // (pass.seed, pass.step, row, position).
  void Choose(std::span<const int32_t> tokens, const Pass& pass, uint32_t row,
              WordWindows* windows);

  // Returns the probability with which a word is kept.
  double KeepProbability(int32_t word) const {
    return static_cast<double>(keep_below_[word]) * 0x1p-32;
  }

 private:
  const int window_;
  const int32_t end_id_;
  std::vector<uint64_t> keep_below_;                 // of 2^32; 0 for ids that are not words
  std::vector<uint32_t> keep_words_, window_words_;  // random numbers
  std::vector<int32_t> widths_;
};

}  // namespace elman
