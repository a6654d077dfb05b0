// Spearman's rank correlation: how similarly two lists of scores order the same items.
#pragma once

#include <span>
#include <vector>

namespace elman {

// Returns the rank of each value, from 1; equal values get the mean of their ranks.
std::vector<double> MeanRanks(std::span<const double> values);

// Spearman's rho: Pearson's correlation of the ranks. NaN for fewer than two values, or if all
// values of one list are equal.
double RankCorrelation(std::span<const double> a, std::span<const double> b);

}  // namespace elman
