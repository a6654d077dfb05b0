// From running text to the words that learn from each other: frequent ones are left out at random,
// and each has a window of random width (Mikolov et al., 2013, "Distributed Representations of
// Words and Phrases and their Compositionality").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/parameters/pass.h"

namespace elman {

// The words that are left of a row of tokens, in order.
struct WordWindows {
  std::vector<int32_t> words;
  std::vector<int32_t> positions;  // of each in the row
  // Of each word: the contexts are [begins[i], ends[i]) without i itself. They are of its line.
  std::vector<int32_t> begins, ends;

  int64_t size() const { return static_cast<int64_t>(words.size()); }
};

class WindowChooser {
 public:
  // `counts` of words by id, 0 of what is no word. A word that is the part f of all is kept with
  // probability min(1, sqrt(subsample / f) + subsample / f), always where subsample is 0. Windows
  // reach at most `window` words to either side.
  WindowChooser(std::span<const uint64_t> counts, double subsample, int window, int32_t end_id);

  // Lines end in end_id; what is no word is left out before windows are drawn, and negative tokens
  // are none. Draws by (pass.seed, pass.step, row, position).
  void Choose(std::span<const int32_t> tokens, const Pass& pass, uint32_t row,
              WordWindows* windows);

  double KeepProbability(int32_t word) const {
    return static_cast<double>(keep_below_[word]) * 0x1p-32;
  }

 private:
  const int window_;
  const int32_t end_id_;
  std::vector<uint64_t> keep_below_;                 // of 2^32; 0: no word
  std::vector<uint32_t> keep_words_, window_words_;  // random ones
  std::vector<int32_t> widths_;
};

}  // namespace elman
