// Solves many analogies at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/eval/embeddings/word_space.h"

namespace elman {

// Returns the first of WordSpace::Answers for each analogy, computed with matrix products; negative
// if there is none.
std::vector<int64_t> SolveAnalogies(const WordSpace& space,
                                    std::span<const WordSpace::Analogy> analogies);

}  // namespace elman
