#include "trainer/diagnostics/parameter_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "data/io/bytes.h"
#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

// Buckets of gradients: two per power of two from 2^-40 to 2^24 for each sign, and one in the
// middle for all smaller magnitudes. The bucket follows from a float's exponent and the first bit
// of its fraction.
constexpr int kFirstExponent = -40, kPowers = 64, kPerSign = 2 * kPowers;
constexpr int kBuckets = 2 * kPerSign + 1, kMiddle = kPerSign;
constexpr int kFirstIndex = 2 * (127 + kFirstExponent);

int BucketOf(float gradient) {
  const auto magnitude = std::bit_cast<uint32_t>(std::abs(gradient)) >> 22;
  const int index = std::min(static_cast<int>(magnitude) - kFirstIndex + 1, kPerSign);
  if (index <= 0) return kMiddle;
  return gradient < 0 ? kMiddle - index : kMiddle + index;
}

// Returns the upper limit of bucket number `index` of a sign, counted from the middle.
double EndOf(int index) {
  return std::bit_cast<float>(static_cast<uint32_t>(kFirstIndex + index) << 22);
}

double LimitOf(int bucket) {
  if (bucket == kBuckets - 1) return std::numeric_limits<double>::max();
  return bucket < kMiddle ? -EndOf(kMiddle - bucket - 1) : EndOf(bucket - kMiddle);
}

// Returns the sum of squares of a[i] - b[i].
double SquaresOfDifference(const float* a, const float* b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double difference = double{a[i]} - b[i];
    sum += difference * difference;
  }
  return sum;
}

template <typename Number>
std::vector<Number> TakeNumbers(size_t count, std::string_view* bytes) {
  CHECK_LE(count * sizeof(Number), bytes->size());
  std::vector<Number> numbers = VectorFromBytes<Number>(bytes->substr(0, count * sizeof(Number)));
  bytes->remove_prefix(count * sizeof(Number));
  return numbers;
}

}  // namespace

ParameterStatisticsCollector::ParameterStatisticsCollector(const ParameterTable& table,
                                                           int64_t begin, int64_t end)
    : table_(table), begin_(begin), end_(end) {
  const size_t parameters = table.parameters().size();
  extremes_.resize(2 * parameters);
  counts_.resize(kBuckets * parameters);
}

// Calls visit(parameter, first, count) for the parts of parameters in [begin, end), in order.
template <typename Visit>
void ParameterStatisticsCollector::ForEachPiece(int64_t begin, int64_t end,
                                                const Visit& visit) const {
  const std::vector<Parameter>& parameters = table_.parameters();
  for (size_t p = 0; p < parameters.size(); ++p) {
    const int64_t last = std::min(end, parameters[p].offset + parameters[p].size());
    for (int64_t first = std::max(begin, parameters[p].offset); first < last;) {
      const int64_t next = std::min(last, (first / kSumBlock + 1) * kSumBlock);
      visit(p, first, next - first);
      first = next;
    }
  }
}

void ParameterStatisticsCollector::CountGradients(size_t parameter,
                                                  std::span<const float> gradients, double scale) {
  double* const counts = counts_.data() + parameter * kBuckets;
  double& least = extremes_[2 * parameter];
  double& greatest = extremes_[2 * parameter + 1];
  for (const float element : gradients) {
    const auto gradient = static_cast<float>(element * scale);
    if (!std::isfinite(gradient)) continue;
    ++counts[BucketOf(gradient)];
    least = std::min<double>(least, gradient);
    greatest = std::max<double>(greatest, gradient);
  }
}

void ParameterStatisticsCollector::LookAtGradients(std::span<const float> gradients, double scale,
                                                   std::span<const float> values) {
  CHECK_EQ(static_cast<int64_t>(gradients.size()), end_ - begin_);
  CHECK_EQ(values.size(), gradients.size());
  values_.assign(values.begin(), values.end());
  pieces_.clear();
  std::ranges::fill(counts_, 0.0);
  for (size_t i = 0; i < extremes_.size(); i += 2) {
    extremes_[i] = std::numeric_limits<double>::infinity();
    extremes_[i + 1] = -extremes_[i];
  }
  ForEachPiece(begin_, end_, [&](size_t parameter, int64_t first, int64_t count) {
    const auto part = gradients.subspan(first - begin_, count);
    CountGradients(parameter, part, scale);
    Piece& piece = pieces_.emplace_back();
    piece.gradient = SumOfSquares(part) * scale * scale;
    piece.value = SumOfSquares(values.subspan(first - begin_, count));
    for (const float element : part) piece.sum += element * scale;
  });
}

void ParameterStatisticsCollector::LookAtUpdate(std::span<const float> values) {
  CHECK_EQ(values.size(), values_.size());
  size_t piece = 0;
  ForEachPiece(begin_, end_, [&](size_t, int64_t first, int64_t count) {
    const int64_t at = first - begin_;
    pieces_[piece++].update = SquaresOfDifference(values.data() + at, values_.data() + at, count);
  });
}

std::pair<size_t, size_t> ParameterStatisticsCollector::OwnParameters() const {
  const std::vector<Parameter>& parameters = table_.parameters();
  size_t first = parameters.size(), end = 0;
  ForEachPiece(begin_, end_, [&](size_t parameter, int64_t, int64_t) {
    first = std::min(first, parameter);
    end = std::max(end, parameter + 1);
  });
  return {std::min(first, end), end};
}

// A message has the numbers of the parameters that the slice has elements of, so that the messages
// of many ranks are not much more than those of one.
std::vector<ParameterStatistics> ParameterStatisticsCollector::Gather(
    Communicator* communicator) const {
  const auto [first, end] = OwnParameters();
  std::string mine;
  if (end > first) {
    const uint64_t range[] = {first, end};
    mine.append(AsBytes(range));
    mine.append(AsBytes(std::span(extremes_).subspan(2 * first, 2 * (end - first))));
    mine.append(AsBytes(std::span(counts_).subspan(kBuckets * first, kBuckets * (end - first))));
    mine.append(AsBytes(pieces_));
  }
  const std::vector<std::string> gathered = communicator->GatherInOrder(begin_, std::move(mine));
  if (communicator->rank() != 0) return {};
  std::vector<double> extremes, counts(counts_.size(), 0);
  for (size_t p = 0; p < extremes_.size() / 2; ++p) {
    extremes.push_back(std::numeric_limits<double>::infinity());
    extremes.push_back(-extremes.back());
  }
  std::vector<Piece> pieces;
  for (const std::string& bytes : gathered) {
    std::string_view rest = bytes;
    const auto range = TakeNumbers<uint64_t>(2, &rest);
    CHECK_LE(range[1], extremes.size() / 2);
    const auto ends = TakeNumbers<double>(2 * (range[1] - range[0]), &rest);
    for (size_t i = 0; i < ends.size(); i += 2) {
      double* const all = extremes.data() + 2 * range[0] + i;
      all[0] = std::min(all[0], ends[i]);
      all[1] = std::max(all[1], ends[i + 1]);
    }
    const auto counted = TakeNumbers<double>(kBuckets * (range[1] - range[0]), &rest);
    for (size_t i = 0; i < counted.size(); ++i) counts[kBuckets * range[0] + i] += counted[i];
    const auto more = TakeNumbers<Piece>(rest.size() / sizeof(Piece), &rest);
    pieces.insert(pieces.end(), more.begin(), more.end());
  }

  const std::vector<Parameter>& parameters = table_.parameters();
  std::vector<ParameterStatistics> statistics(parameters.size());
  size_t next = 0;
  ForEachPiece(0, table_.size(), [&](size_t parameter, int64_t, int64_t) {
    const Piece& piece = pieces[next++];
    statistics[parameter].gradient += piece.gradient;
    statistics[parameter].value += piece.value;
    statistics[parameter].update += piece.update;
    statistics[parameter].gradients.sum += piece.sum;
  });
  CHECK_EQ(next, pieces.size());
  for (size_t p = 0; p < parameters.size(); ++p) {
    ParameterStatistics& all = statistics[p];
    all.name = parameters[p].name;
    all.gradients.squares = all.gradient;
    all.gradients.least = extremes[2 * p];
    all.gradients.greatest = extremes[2 * p + 1];
    for (int bucket = 0; bucket < kBuckets; ++bucket) {
      const double count = counts[p * kBuckets + bucket];
      all.gradients.buckets.push_back({LimitOf(bucket), count});
      all.gradients.number += count;
    }
    for (double* norm : {&all.gradient, &all.value, &all.update}) *norm = std::sqrt(*norm);
  }
  return statistics;
}

}  // namespace elman
