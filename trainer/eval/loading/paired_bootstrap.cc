#include "trainer/eval/loading/paired_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/network/math/check.h"
#include "trainer/network/math/random.h"

namespace elman {
namespace {

// Draws sample number `sample`: times[i] is the number of occurrences of example i.
void DrawSample(uint64_t seed, uint64_t sample, std::span<uint32_t> times) {
  constexpr size_t kWords = 4096;
  const RandomKey key{seed, RandomPurpose::kResampling};
  std::vector<uint32_t> words(std::min(kWords, times.size()));
  std::ranges::fill(times, 0);
  for (size_t first = 0; first < times.size(); first += kWords) {
    words.resize(std::min(kWords, times.size() - first));
    RandomWords(key, sample, /*row=*/0, first, words);
    for (const uint32_t word : words) ++times[(uint64_t{word} * times.size()) >> 32];
  }
}

// Returns a quantile, interpolated between adjacent values.
double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double rest = place - static_cast<double>(below);
  return sorted[below] + rest * (sorted[above] - sorted[below]);
}

void SetSignificance(std::vector<double> differences, PairedDifference* result) {
  const auto samples = static_cast<double>(differences.size());
  const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / samples;
  // Equal distances must compare as equal in spite of rounding errors.
  const double distance = std::abs(result->difference) * (1 - 1e-12);
  const auto as_far = std::ranges::count_if(
      differences, [&](double difference) { return std::abs(difference - mean) >= distance; });
  result->p_value = (static_cast<double>(as_far) + 1) / (samples + 1);
  std::ranges::sort(differences);
  result->low = Quantile(differences, 0.025);
  result->high = Quantile(differences, 0.975);
}

}  // namespace

std::vector<PairedDifference> PairedBootstrap(uint64_t examples, int samples, uint64_t seed,
                                              const MetricsOfSample& first,
                                              const MetricsOfSample& second) {
  CHECK_GE(samples, 1);
  CHECK_LT(examples, uint64_t{1} << 32);
  std::vector<uint32_t> times(examples, 1);
  std::vector<PairedDifference> results;
  const std::vector<double> firsts = first(times), seconds = second(times);
  for (size_t i = 0; i < firsts.size(); ++i)
    results.push_back(
        {.first = firsts[i], .second = seconds[i], .difference = firsts[i] - seconds[i]});

  std::vector<std::vector<double>> differences(results.size());  // by metric, then by sample
  for (int sample = 0; sample < samples; ++sample) {
    DrawSample(seed, sample, times);
    const std::vector<double> ours = first(times), theirs = second(times);
    for (size_t i = 0; i < results.size(); ++i) differences[i].push_back(ours[i] - theirs[i]);
  }
  for (size_t i = 0; i < results.size(); ++i)
    SetSignificance(std::move(differences[i]), &results[i]);
  return results;
}

}  // namespace elman
