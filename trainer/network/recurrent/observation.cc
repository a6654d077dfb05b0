#include "trainer/network/recurrent/observation.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

constexpr int kGateBuckets = 50, kTanhBuckets = 40, kRectifierBuckets = 50;

int BucketOf(ActivationRange range, double value) {
  switch (range) {
    case ActivationRange::kGate:
      return std::clamp(static_cast<int>(value * kGateBuckets), 0, kGateBuckets - 1);
    case ActivationRange::kTanh:
      return std::clamp(static_cast<int>((value + 1) / 2 * kTanhBuckets), 0, kTanhBuckets - 1);
    case ActivationRange::kRectifier:
      if (!(value > 0)) return 0;
      return 1 + std::min(static_cast<int>(value / (1 + value) * kRectifierBuckets),
                          kRectifierBuckets - 1);
  }
  return 0;
}

template <typename Sums>
void AddEach(const std::vector<Sums>& other, std::vector<Sums>* sums) {
  if (sums->size() < other.size()) sums->resize(other.size());
  for (size_t i = 0; i < other.size(); ++i) (*sums)[i] += other[i];
}

}  // namespace

std::vector<double> BucketLimits(ActivationRange range) {
  std::vector<double> limits;
  if (range == ActivationRange::kGate) {
    for (int i = 1; i <= kGateBuckets; ++i) limits.push_back(double{1} * i / kGateBuckets);
  } else if (range == ActivationRange::kTanh) {
    for (int i = 1; i <= kTanhBuckets; ++i) limits.push_back(2.0 * i / kTanhBuckets - 1);
  } else {
    for (int i = 0; i < kRectifierBuckets; ++i) {
      const double share = double{1} * i / kRectifierBuckets;
      limits.push_back(share / (1 - share));
    }
    limits.push_back(std::numeric_limits<double>::max());
  }
  return limits;
}

void ActivationSums::Look(const Activation& activation, ConstPanel values) {
  const ActivationRange range = activation.range;
  counts.resize(BucketLimits(range).size());
  for (int64_t r = 0; r < values.rows; ++r) {
    const float* const row = values.data + r * values.stride;
    for (int64_t j = 0; j < values.cols; ++j) {
      const double value = activation.squashed ? std::tanh(row[j]) : row[j];
      if (!std::isfinite(value)) continue;
      counts[BucketOf(range, value)] += 1;
      number += 1;
      sum += value;
      squares += value * value;
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
  }
}

ActivationSums& ActivationSums::operator+=(const ActivationSums& other) {
  AddEach(other.counts, &counts);
  number += other.number;
  sum += other.sum;
  squares += other.squares;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
  return *this;
}

void RecurrenceSums::LookAtGates(const RecurrentTape& tape) {
  const std::span<const Activation> looked_at = ActivationsOf(cell);
  activations.resize(looked_at.size());
  rows += static_cast<double>(tape.y.rows);
  for (size_t i = 0; i < looked_at.size(); ++i) {
    const ConstPanel values = ValuesOf(looked_at[i], tape);
    activations[i].Look(looked_at[i], values);
    if (!looked_at[i].keeps_state) continue;
    kept.resize(values.cols);
    for (int64_t r = 0; r < values.rows; ++r) {
      for (int64_t j = 0; j < values.cols; ++j) kept[j] += values.data[r * values.stride + j];
    }
  }
}

void RecurrenceSums::AddLags(const SequenceLayout& layout, const GradientSquares& squares) {
  const std::vector<int64_t>& batches = layout.batches();
  const std::vector<int32_t>& restarts = layout.restarts();
  // For every sequence, by rank: its last step, and the step of its last restart. Steps before a
  // restart belong to another text.
  std::vector<int64_t> last(layout.batch()), begin(layout.batch(), 0);
  size_t restart = 0;
  for (int64_t t = 0; t < std::ssize(batches); ++t) {
    for (int64_t rank = 0; rank < batches[t]; ++rank) {
      const int64_t row = layout.RowOf(rank, t);
      last[rank] = t;
      if (restart < restarts.size() && restarts[restart] == row) {
        begin[rank] = t;
        ++restart;
      }
    }
  }
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    const double entered = squares.h[layout.RowOf(rank, last[rank])];
    const int64_t reach = last[rank] - begin[rank];
    if (std::ssize(lags) <= reach) lags.resize(reach + 1);
    for (int64_t lag = 0; lag <= reach; ++lag) {
      const int64_t row = layout.RowOf(rank, last[rank] - lag);
      lags[lag] += {.sequences = 1,
                    .h = squares.h[row],
                    .c = squares.c ? squares.c[row] : 0,
                    .entered = entered};
    }
  }
}

RecurrenceSums& RecurrenceSums::operator+=(const RecurrenceSums& other) {
  AddEach(other.lags, &lags);
  AddEach(other.activations, &activations);
  AddEach(other.kept, &kept);
  rows += other.rows;
  return *this;
}

RecurrenceSums& Observation::Of(std::string_view name, Cell cell) {
  const auto found = std::ranges::find(recurrences, name, &RecurrenceSums::name);
  if (found != recurrences.end()) return *found;
  recurrences.push_back({.name = std::string(name), .cell = cell});
  return recurrences.back();
}

Observation& Observation::operator+=(const Observation& other) {
  for (const RecurrenceSums& recurrence : other.recurrences)
    Of(recurrence.name, recurrence.cell) += recurrence;
  return *this;
}

}  // namespace elman
