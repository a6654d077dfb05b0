#include "trainer/network/word_vectors/word_windows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/network/math/random.h"

namespace elman {

WindowChooser::WindowChooser(std::span<const uint64_t> counts, double subsample, int window,
                             int32_t end_id)
    : window_(window), end_id_(end_id), keep_below_(counts.size()) {
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  for (size_t word = 0; word < counts.size(); ++word) {
    if (counts[word] == 0) continue;
    const double ratio = subsample * all / static_cast<double>(counts[word]);
    const double keep = subsample == 0 ? 1 : std::min(1.0, std::sqrt(ratio) + ratio);
    keep_below_[word] = static_cast<uint64_t>(keep * 0x1p32);
  }
}

void WindowChooser::Choose(std::span<const int32_t> tokens, const Pass& pass, uint32_t row,
                           WordWindows* windows) {
  keep_words_.resize(tokens.size());
  window_words_.resize(tokens.size());
  RandomWords({pass.seed, RandomPurpose::kSubsampling}, pass.step, row, 0, keep_words_);
  RandomWords({pass.seed, RandomPurpose::kWindow}, pass.step, row, 0, window_words_);
  windows->words.clear();
  windows->positions.clear();
  windows->begins.clear();
  windows->ends.clear();
  widths_.clear();
  int32_t line = 0;  // start of the current line
  const auto end_line = [&] {
    const auto end = static_cast<int32_t>(windows->words.size());
    for (int32_t i = line; i < end; ++i) {
      windows->begins.push_back(std::max(line, i - widths_[i]));
      windows->ends.push_back(std::min(end, i + widths_[i] + 1));
    }
    line = end;
  };
  for (size_t t = 0; t < tokens.size(); ++t) {
    if (tokens[t] == end_id_) end_line();
    if (tokens[t] < 0 || keep_words_[t] >= keep_below_[tokens[t]]) continue;
    windows->words.push_back(tokens[t]);
    windows->positions.push_back(static_cast<int32_t>(t));
    widths_.push_back(1 + static_cast<int32_t>(uint64_t{window_words_[t]} * window_ >> 32));
  }
  end_line();
}

}  // namespace elman
