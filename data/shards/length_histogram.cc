#include "data/shards/length_histogram.h"

#include <bit>
#include <numeric>

namespace elman {
namespace {

constexpr uint64_t kExactBelow = 16;
constexpr int kBinsOfOctave = 8;

}  // namespace

int LengthBin(uint64_t length) {
  if (length < kExactBelow) return static_cast<int>(length) - 1;
  const int shift = std::bit_width(length) - 4;  // length >> shift is 8 to 15
  return static_cast<int>(kExactBelow) - 1 + kBinsOfOctave * (shift - 1) +
         static_cast<int>(length >> shift) - kBinsOfOctave;
}

uint64_t FirstLengthOfBin(int bin) {
  if (bin < static_cast<int>(kExactBelow) - 1) return static_cast<uint64_t>(bin) + 1;
  const int rest = bin - static_cast<int>(kExactBelow) + 1;
  return static_cast<uint64_t>(kBinsOfOctave + rest % kBinsOfOctave) << (rest / kBinsOfOctave + 1);
}

void CountLength(uint64_t length, LengthCounts* counts) {
  const int bin = LengthBin(length);
  if (counts->size() <= bin) counts->Resize(bin + 1, 0);
  ++*counts->Mutable(bin);
}

void AddLengths(const LengthCounts& counts, LengthCounts* sums) {
  if (sums->size() < counts.size()) sums->Resize(counts.size(), 0);
  for (int i = 0; i < counts.size(); ++i) *sums->Mutable(i) += counts.Get(i);
}

uint64_t ExamplesOf(const LengthCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t LengthQuantile(const LengthCounts& counts, double share) {
  const uint64_t examples = ExamplesOf(counts);
  if (examples == 0) return 0;
  const auto rank = static_cast<uint64_t>(share * static_cast<double>(examples - 1));
  uint64_t before = 0;
  for (int bin = 0; bin < counts.size(); ++bin) {
    before += counts.Get(bin);
    if (rank < before) return FirstLengthOfBin(bin);
  }
  return FirstLengthOfBin(counts.size() - 1);
}

}  // namespace elman
