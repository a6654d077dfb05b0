// How far two judgements put the same things in the same order.
#pragma once

#include <span>
#include <vector>

namespace elman {

// The rank of each value, from 1; equal ones have the mean of their ranks.
std::vector<double> MeanRanks(std::span<const double> values);

// Spearman's: Pearson's correlation of the ranks. Not-a-number of fewer than two values, or if all
// on one side are equal.
double RankCorrelation(std::span<const double> a, std::span<const double> b);

}  // namespace elman
