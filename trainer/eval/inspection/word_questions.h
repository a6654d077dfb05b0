// Implements the queries of elman-inspect on word vectors: neighbors, similarities, analogies.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "trainer/eval/inspection/inspection.h"

namespace elman {

// Words are separated by commas. An empty string: not requested.
struct WordQuestions {
  std::string neighbors = {};   // WORD
  std::string similarity = {};  // A,B
  std::string analogy = {};     // A,B,C: the word that is to C as B is to A
  int64_t count = 10;           // number of answers

  bool any() const { return !neighbors.empty() || !similarity.empty() || !analogy.empty(); }
};

// Answers queries with the vectors that OpenVectorSource finds at `path`. InvalidArgument if a
// query has the wrong number of words; NotFound names the word that has no vector.
absl::StatusOr<Inspection> AnswerWordQuestions(const std::string& path,
                                               const WordQuestions& questions);

}  // namespace elman
