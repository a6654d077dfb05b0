// Finds the vectors of the entries of a vocabulary.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "data/vectors/vector_reader.h"

namespace elman {

// Number of entries of a vocabulary that have a vector. Special pieces, such as </s> and <unk>, are
// not counted, neither as pieces nor as tokens.
struct VectorCoverage {
  uint64_t exact = 0;        // pieces found unchanged
  uint64_t lower_cased = 0;  // pieces found only in lower case
  uint64_t pieces = 0;       // of the vocabulary
  uint64_t tokens = 0;       // occurrences in train of pieces with a vector
  uint64_t all_tokens = 0;   // occurrences of all pieces
};

// Reads all vectors and calls `use` for each piece that has one. A piece gets the vector of the
// same word or, if there is none, that of its lower case; if there are several, the first. `use`
// may be called twice for a piece; then the second vector replaces the first. The word-begin mark
// of SentencePiece pieces is ignored. Memory depends on the vocabulary, not on the file.
// Special pieces also get the vector of their name, because word2vec writes one for </s>.
absl::StatusOr<VectorCoverage> MatchVectors(
    VectorReader* reader, const Vocabulary& vocabulary,
    const std::function<void(uint32_t id, std::span<const float> vector)>& use);

}  // namespace elman
