// Analogies by the thousand.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/eval/embeddings/word_space.h"

namespace elman {

// The first of WordSpace::Answers to each, by products of matrices; negative where there is none.
std::vector<int64_t> SolveAnalogies(const WordSpace& space,
                                    std::span<const WordSpace::Analogy> analogies);

}  // namespace elman
