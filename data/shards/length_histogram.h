// How long examples are: counts by bins that are exact where lengths are short and an eighth of an
// octave wide where they are long.
#pragma once

#include <cstdint>

#include "google/protobuf/repeated_field.h"

namespace elman {

// A field of FieldSurvey: bin 0 holds length 1, bin 14 length 15; from 16 on, every octave from
// 2^k to 2^(k+1) - 1 has eight bins of 2^(k-3) lengths. There are no empty bins at the end.
using LengthCounts = google::protobuf::RepeatedField<uint64_t>;

int LengthBin(uint64_t length);      // of a length of at least 1
uint64_t FirstLengthOfBin(int bin);  // the bin ends where the next one begins
void CountLength(uint64_t length, LengthCounts* counts);
void AddLengths(const LengthCounts& counts, LengthCounts* sums);
uint64_t ExamplesOf(const LengthCounts& counts);

// The first length of the bin that the example at this share (0 to 1) of all, ordered by length, is
// in; 0 of none.
uint64_t LengthQuantile(const LengthCounts& counts, double share);

}  // namespace elman
