// What elman-inspect tells of word vectors: neighbors, similarities, analogies.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Words with commas between; empty: not asked.
struct WordQuestions {
  std::string neighbors = {};   // WORD
  std::string similarity = {};  // A,B
  std::string analogy = {};     // A,B,C: what is to C as B is to A?
  int64_t count = 10;           // of answers

  bool any() const { return !neighbors.empty() || !similarity.empty() || !analogy.empty(); }
};

// Of the vectors that OpenVectorSource finds at `path`. InvalidArgument if a question is not of as
// many words as it takes; NotFound names the word that has no vector.
absl::StatusOr<Inspection> AnswerWordQuestions(const std::string& path,
                                               const WordQuestions& questions);

}  // namespace elman
