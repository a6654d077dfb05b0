// Drawing texts from a model's distribution, token by token.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "trainer/eval/decoding/decoder.h"

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
    // Most probable first; equal ones by id, so that the order is always the same.
    bool operator<(const Candidate& other) const {
      return weight != other.weight ? weight > other.weight : token < other.token;
    }
  };
  double KeepMostProbable(double mass);

  const SamplingSpec spec_;
  const int32_t banned_;
  std::vector<Candidate> candidates_;
};

// A continuation that is drawn, of the model's one hypothesis.
class SampledText : public Decoder {
 public:
  // Continues `begin`. Text `number` of a seed has random numbers of its own. The sampler, which
  // must outlive it, may serve others as well.
  SampledText(GeneratedText begin, Sampler* sampler, uint64_t seed, uint64_t number)
      : text_(std::move(begin)), sampler_(sampler), seed_(seed), number_(number) {}

  bool Advance(ConstMatrix logits, std::span<int> from, std::span<int32_t> tokens) override;
  const GeneratedText& text() const override { return text_; }

 private:
  GeneratedText text_;
  Sampler* const sampler_;
  const uint64_t seed_;
  const uint64_t number_;
};

}  // namespace elman
