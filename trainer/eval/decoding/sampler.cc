#include "trainer/eval/decoding/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "trainer/network/math/random.h"
#include "trainer/network/math/softmax.h"

namespace elman {

int32_t Sampler::Draw(std::span<const float> logits, double uniform) {
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    if (static_cast<int32_t>(i) != banned_)
      candidates_.push_back({static_cast<int32_t>(i), logits[i]});
  }
  if (spec_.temperature == 0) return std::ranges::min_element(candidates_, std::less())->token;
  if (spec_.top_k > 0 && candidates_.size() > static_cast<size_t>(spec_.top_k)) {
    std::ranges::partial_sort(candidates_, candidates_.begin() + spec_.top_k, std::less());
    candidates_.resize(spec_.top_k);
  }
  const double highest = std::ranges::max_element(candidates_, {}, &Candidate::weight)->weight;
  double total = 0;
  for (Candidate& candidate : candidates_) {
    candidate.weight = std::exp((candidate.weight - highest) / spec_.temperature);
    total += candidate.weight;
  }
  if (spec_.top_p < 1) total = KeepMostProbable(spec_.top_p * total);
  double remaining = uniform * total;
  for (const Candidate& candidate : candidates_) {
    if (remaining < candidate.weight) return candidate.token;
    remaining -= candidate.weight;
  }
  return candidates_.back().token;
}

// Keeps the fewest candidates that reach the weight `mass`; returns their weight.
double Sampler::KeepMostProbable(double mass) {
  double kept = 0;
  size_t count = 0;
  // Usually a few of many candidates are enough, so only these are sorted.
  for (size_t sorted = 0; kept < mass && sorted < candidates_.size();) {
    const size_t begin = sorted;
    sorted = std::min(candidates_.size(), std::max<size_t>(64, 4 * sorted));
    std::ranges::partial_sort(candidates_.begin() + static_cast<ptrdiff_t>(begin),
                              candidates_.begin() + static_cast<ptrdiff_t>(sorted),
                              candidates_.end(), std::less());
    while (count < sorted && kept < mass) kept += candidates_[count++].weight;
  }
  candidates_.resize(std::max<size_t>(count, 1));
  return std::max(kept, candidates_[0].weight);
}

bool SampledText::Advance(ConstMatrix logits, std::span<int> /*from*/, std::span<int32_t> tokens) {
  const RandomKey key{seed_, RandomPurpose::kSampling};
  const double uniform =
      UniformFloat(RandomWord(key, /*step=*/number_ >> 32, static_cast<uint32_t>(number_),
                              /*position=*/text_.tokens().size()));
  const float* const z = logits.row(0);
  const int32_t token = sampler_->Draw({z, static_cast<size_t>(logits.cols)}, uniform);
  text_.Append(token, z[token] - LogSumExp(z, logits.cols));
  tokens[0] = token;
  return text_.finish() == Finish::kNotYet;
}

}  // namespace elman
