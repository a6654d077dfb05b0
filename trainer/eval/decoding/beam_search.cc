#include "trainer/eval/decoding/beam_search.h"

#include <algorithm>
#include <utility>

#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

double PerToken(const GeneratedText& text) {
  return text.log_probability() / static_cast<double>(std::max<size_t>(text.tokens().size(), 1));
}

}  // namespace

// Returns the best one-token extensions of the hypotheses, best first. Each hypothesis may end with
// one of them, so twice the beam width is enough to fill the beam.
std::vector<BeamSearch::Extension> BeamSearch::BestExtensions(ConstMatrix logits) const {
  std::vector<Extension> extensions;
  extensions.reserve(beam_.size() * logits.cols);
  for (size_t row = 0; row < beam_.size(); ++row) {
    const float* z = logits.row(static_cast<int64_t>(row));
    const double normalizer = LogSumExp(z, logits.cols);
    for (int32_t token = 0; token < logits.cols; ++token) {
      if (token == banned_) continue;
      const double step = z[token] - normalizer;
      extensions.push_back(
          {static_cast<int>(row), token, step, beam_[row].log_probability() + step});
    }
  }
  const auto better = [](const Extension& a, const Extension& b) {
    if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
    return a.row != b.row ? a.row < b.row : a.token < b.token;
  };
  const size_t count = std::min(extensions.size(), static_cast<size_t>(2 * width_));
  std::ranges::partial_sort(extensions, extensions.begin() + static_cast<ptrdiff_t>(count), better);
  extensions.resize(count);
  return extensions;
}

bool BeamSearch::Advance(ConstMatrix logits, std::span<int> from, std::span<int32_t> tokens) {
  std::vector<GeneratedText> next;
  for (const Extension& extension : BestExtensions(logits)) {
    GeneratedText hypothesis = beam_[extension.row];
    hypothesis.Append(extension.token, extension.step);
    if (hypothesis.finish() == Finish::kLines || hypothesis.finish() == Finish::kStop) {
      if (!found_ || PerToken(hypothesis) > PerToken(best_)) best_ = std::move(hypothesis);
      found_ = true;
    } else if (static_cast<int>(next.size()) < width_) {
      from[next.size()] = extension.row;
      tokens[next.size()] = extension.token;
      next.push_back(std::move(hypothesis));
    }
  }
  beam_ = std::move(next);
  if (beam_.empty()) return false;
  if (!found_) best_ = beam_[0];
  // Rows without a hypothesis repeat the first one.
  std::ranges::fill(from.subspan(beam_.size()), from[0]);
  std::ranges::fill(tokens.subspan(beam_.size()), tokens[0]);
  return beam_[0].finish() == Finish::kNotYet;
}

}  // namespace elman
