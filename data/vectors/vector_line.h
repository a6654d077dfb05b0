// A line of a text file of vectors.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace elman {

// "WORDS SIZE": the first line of word2vec's and fastText's files.
struct VectorHeader {
  uint64_t words = 0;
  int64_t size = 0;
};

// Whether the line is of two whole numbers.
bool ParseVectorHeader(std::string_view line, VectorHeader* header);

// How many fields a line has; spaces and tabs separate them.
int64_t CountFields(std::string_view line);

// Splits a line into its last `size` fields, which must be finite numbers, and what stands before,
// which is the word: it may have spaces in it, as some of GloVe's have.
bool ParseVectorLine(std::string_view line, int64_t size, std::string_view* word,
                     std::vector<float>* elements);

}  // namespace elman
