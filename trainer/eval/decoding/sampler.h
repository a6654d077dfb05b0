// Samples text from a model's distribution, token by token.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "trainer/eval/decoding/decoder.h"

namespace elman {

// Options for sampling. top_p applies to the distribution after temperature and top_k.
struct SamplingSpec {
  double temperature = 1;  // divides the logits; 0: always the most probable token
  int top_k = 0;           // only the k most probable tokens; 0: all
  // Only the most probable tokens whose sum of probabilities reaches p (nucleus sampling, Holtzman
  // et al., 2020).
  double top_p = 1;
};

// Draws tokens from logits. Not thread-safe, because it reuses memory.
class Sampler {
 public:
  // Never draws the token `banned`; an id outside the logits has no effect.
  Sampler(const SamplingSpec& spec, int32_t banned) : spec_(spec), banned_(banned) {}

  // Draws a token from `logits` with the random number `uniform` in [0, 1).
  int32_t Draw(std::span<const float> logits, double uniform);

 private:
  struct Candidate {
    int32_t token;
    double weight;
    // Most probable first; ties by id, so that the order is deterministic.
    bool operator<(const Candidate& other) const {
      return weight != other.weight ? weight > other.weight : token < other.token;
    }
  };
  double KeepMostProbable(double mass);

  const SamplingSpec spec_;
  const int32_t banned_;
  std::vector<Candidate> candidates_;
};

// A sampled continuation; a Decoder with one hypothesis.
class SampledText : public Decoder {
 public:
  // Continues `begin`. The random numbers depend on the seed and the number of the text. The
  // sampler must outlive this object and may be shared.
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
