#include "trainer/eval/beam_search.h"

#include <algorithm>
#include <limits>

#include "trainer/eval/decoding_state.h"
#include "trainer/math/softmax.h"

namespace elman {
namespace {

struct Hypothesis {
  std::vector<int32_t> tokens;
  double log_probability = 0;
  double PerToken() const { return log_probability / std::max<size_t>(tokens.size(), 1); }
};

struct Extension {
  int row;
  int32_t token;
  double log_probability;  // of the whole hypothesis
};

// The best `count` one-token extensions of the hypotheses, best first.
std::vector<Extension> BestExtensions(const std::vector<Hypothesis>& beam, ConstMatrix logits,
                                      const BeamSpec& spec) {
  std::vector<Extension> extensions;
  for (size_t row = 0; row < beam.size(); ++row) {
    const float* z = logits.row(row);
    const double normalizer = LogSumExp(z, logits.cols);
    for (int32_t token = 0; token < logits.cols; ++token) {
      if (token == spec.banned) continue;
      extensions.push_back(
          {static_cast<int>(row), token, beam[row].log_probability + z[token] - normalizer});
    }
  }
  const auto better = [](const Extension& a, const Extension& b) {
    if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
    return a.row != b.row ? a.row < b.row : a.token < b.token;
  };
  // Each of them may be an end: twice as many leave enough that go on.
  const size_t count = std::min(extensions.size(), static_cast<size_t>(2 * spec.width));
  std::ranges::partial_sort(extensions, extensions.begin() + count, better);
  extensions.resize(count);
  return extensions;
}

bool Ended(const Hypothesis& hypothesis, const BeamSpec& spec) {
  return std::ranges::count(hypothesis.tokens, spec.end) >= spec.lines;
}

}  // namespace

std::vector<int32_t> BeamSearch(LanguageModel* model, std::span<const int32_t> prompt,
                                const BeamSpec& spec) {
  DecodingState state(model, spec.width);
  for (const int32_t token : prompt) state.Advance(std::vector<int32_t>(spec.width, token));

  std::vector<Hypothesis> beam(1);
  Hypothesis best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (int length = 0; length < spec.max_tokens && !beam.empty(); ++length) {
    std::vector<Hypothesis> next;
    std::vector<int> from;
    for (const Extension& extension : BestExtensions(beam, state.logits(), spec)) {
      Hypothesis hypothesis = beam[extension.row];
      hypothesis.tokens.push_back(extension.token);
      hypothesis.log_probability = extension.log_probability;
      if (Ended(hypothesis, spec)) {
        if (hypothesis.PerToken() > best_score) {
          best_score = hypothesis.PerToken();
          best = std::move(hypothesis);
        }
      } else if (static_cast<int>(next.size()) < spec.width) {
        next.push_back(std::move(hypothesis));
        from.push_back(extension.row);
      }
    }
    beam = std::move(next);
    // Rows without a hypothesis repeat the first: the batch keeps its shape.
    std::vector<int32_t> tokens(spec.width, beam.empty() ? spec.end : beam[0].tokens.back());
    from.resize(spec.width, from.empty() ? 0 : from[0]);
    for (size_t row = 0; row < beam.size(); ++row) tokens[row] = beam[row].tokens.back();
    state.Select(from);
    state.Advance(tokens);
  }
  if (best.tokens.empty() && !beam.empty()) return beam[0].tokens;
  return best.tokens;
}

}  // namespace elman
