#include "trainer/eval/sampler.h"

#include <algorithm>
#include <cmath>

namespace elman {

int32_t Sampler::Draw(std::span<const float> logits, double uniform) {
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    if (static_cast<int32_t>(i) != banned_)
      candidates_.push_back({static_cast<int32_t>(i), logits[i]});
  }
  // Most probable first; equal ones by id, so that the order is always the same.
  const auto before = [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  };
  if (spec_.temperature == 0) return std::ranges::min_element(candidates_, before)->token;
  const bool truncates = spec_.top_k > 0 || spec_.top_p < 1;
  if (truncates) std::ranges::sort(candidates_, before);
  if (spec_.top_k > 0 && candidates_.size() > static_cast<size_t>(spec_.top_k))
    candidates_.resize(spec_.top_k);

  const double highest = std::ranges::max_element(candidates_, {}, &Candidate::weight)->weight;
  double total = 0;
  for (Candidate& candidate : candidates_) {
    candidate.weight = std::exp((candidate.weight - highest) / spec_.temperature);
    total += candidate.weight;
  }
  if (spec_.top_p < 1) {
    double kept = 0;
    size_t count = 0;
    while (count < candidates_.size() && kept < spec_.top_p * total)
      kept += candidates_[count++].weight;
    candidates_.resize(std::max<size_t>(count, 1));
    total = std::max(kept, candidates_[0].weight);
  }
  double remaining = uniform * total;
  for (const Candidate& candidate : candidates_) {
    if (remaining < candidate.weight) return candidate.token;
    remaining -= candidate.weight;
  }
  return candidates_.back().token;
}

}  // namespace elman
