// Shows what word vectors have learned: the nearest words of some words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/text/vocabulary.h"
#include "trainer/network/models/model.h"

namespace elman {

struct NearestWords {
  std::string word;
  std::vector<std::string> neighbors;  // the nearest first
  std::vector<double> similarity;      // cosine, by neighbor
};

// Finds the neighbors of the same words whenever it is called. Searches among the first 20,000
// words of the vocabulary. The vocabulary and the model, which must consist of word vectors, must
// outlive it.
class NearestWordFinder {
 public:
  // Chooses `words` words of the vocabulary, from frequent to rare, assuming that the most frequent
  // ones are first. Leaves out the very first ones, which are function words, and the last ones,
  // which have few occurrences.
  NearestWordFinder(const Vocabulary* vocabulary, int words, const Model* model);

  // Whether there are too few words to have meaningful neighbors.
  bool empty() const { return chosen_.empty(); }

  // Uses the current values of the model.
  std::vector<NearestWords> Find() const;

 private:
  const Vocabulary& vocabulary_;
  const Model* const model_;
  std::vector<uint32_t> searched_;  // ids
  std::vector<size_t> chosen_;      // positions in searched_, ascending
};

}  // namespace elman
