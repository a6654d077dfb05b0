// Drawing the next token from a model's distribution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

struct SamplingSpec {
  double temperature = 1;  // divides the logits; 0: always the most probable token
  int top_k = 0;           // only the k most probable tokens; 0: all
  double top_p = 1;  // only the most probable tokens that together reach p (Holtzman et al., 2020)
};

class Sampler {
 public:
  // Never draws `banned` (an id beyond the logits bans nothing).
  Sampler(const SamplingSpec& spec, int32_t banned) : spec_(spec), banned_(banned) {}

  // The token drawn from `logits` with the random number `uniform`, in [0, 1).
  int32_t Draw(std::span<const float> logits, double uniform);

 private:
  struct Candidate {
    int32_t token;
    double weight;
  };
  const SamplingSpec spec_;
  const int32_t banned_;
  std::vector<Candidate> candidates_;
};

}  // namespace elman
