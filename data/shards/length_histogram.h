// Histograms of the lengths of examples. Bins have one length for short examples and a width of an
// eighth of an octave for long ones.
#pragma once

#include <cstdint>

#include "google/protobuf/repeated_field.h"

namespace elman {

// Counts by bin, as in FieldStatistics. Bin 0 is length 1, ..., bin 14 is length 15. From 16, every
// octave 2^k to 2^(k+1) - 1 has eight bins of 2^(k-3) lengths. The last bin is not empty.
using LengthCounts = google::protobuf::RepeatedField<uint64_t>;

// Bins, and functions that add lengths and counts.
int LengthBin(uint64_t length);      // `length` is at least 1
uint64_t FirstLengthOfBin(int bin);  // the bin ends before the first length of the next bin
void CountLength(uint64_t length, LengthCounts* counts);
void AddLengths(const LengthCounts& counts, LengthCounts* sums);
uint64_t ExamplesOf(const LengthCounts& counts);

// The first length of the bin of a quantile: `share` (0 to 1) of the examples, ordered by length,
// come before it. 0 if there are no examples.
uint64_t LengthQuantile(const LengthCounts& counts, double share);

}  // namespace elman
