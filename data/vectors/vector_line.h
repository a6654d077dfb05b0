// Parses lines of text files with vectors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// The first line of word2vec and fastText files: "WORDS SIZE".
struct VectorHeader {
  uint64_t words = 0;
  int64_t size = 0;
};

// Parses a line of two integers. Returns false for any other line.
bool ParseVectorHeader(std::string_view line, VectorHeader* header);

// Number of fields of a line, separated by spaces and tabs.
int64_t CountFields(std::string_view line);

// Splits a line into the word and its last `size` fields, which must be finite numbers. The word is
// everything before them; it may contain spaces, as in some GloVe files. A
// number that is too small for a float is 0.
bool ParseVectorLine(std::string_view line, int64_t size, std::string_view* word,
                     std::vector<float>* elements);

// What was expected, and what was found, where ParseVectorLine says no: the first field that is not
// a number, or that there are too few.
std::string VectorLineProblem(std::string_view line, int64_t size);

}  // namespace elman
