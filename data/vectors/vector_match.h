// Vectors for the pieces of a vocabulary.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "data/vectors/vector_reader.h"

namespace elman {

// How many of a vocabulary's pieces have a vector.
struct VectorCoverage {
  uint64_t exact = 0;        // pieces under the very same word
  uint64_t lower_cased = 0;  // pieces under their lower case, where there is no other
  uint64_t pieces = 0;       // of the vocabulary
  uint64_t tokens = 0;       // occurrences in train of pieces that have a vector
  uint64_t all_tokens = 0;   // of all
};

// Reads all vectors and calls `use` for those of pieces: a piece takes that of the same word, else
// that of its lower case; of several, the first. `use` may be called twice for a piece: the second
// vector counts. A mark of the begin of a word, as SentencePiece's pieces have, is no part of it.
// Takes memory for the vocabulary, not for the file.
absl::StatusOr<VectorCoverage> MatchVectors(
    VectorReader* reader, const Vocabulary& vocabulary,
    const std::function<void(uint32_t id, std::span<const float> vector)>& use);

}  // namespace elman
