// The most probable continuation, approximately: beam search.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/models/language_model.h"

namespace elman {

struct BeamSpec {
  int width = 4;
  int max_tokens = 100;
  int lines = 1;        // a hypothesis ends with its so many-th end token
  int32_t end = 0;      // </s>
  int32_t banned = -1;  // never generated
};

// Continues `prompt` (at least one token) and returns the continuation of the highest
// log-probability per token.
std::vector<int32_t> BeamSearch(LanguageModel* model, std::span<const int32_t> prompt,
                                const BeamSpec& spec);

}  // namespace elman
