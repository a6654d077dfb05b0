#include "trainer/nn/staircase.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "trainer/math/check.h"

namespace elman {
namespace {

// What a rectangle costs besides its rows, in rows: its calls, and one more pass over the weight
// gradients.
constexpr int64_t kRectangleCost = 40;
// Rectangles begin at multiples of kStepGrain and have multiples of kBatchGrain sequences where
// there are as many: primitives are made for every shape, so there should not be too many shapes.
constexpr int64_t kStepGrain = 2;
constexpr int64_t kBatchGrain = 4;

}  // namespace

void Staircase::Assign(int64_t steps, int64_t batch) {
  CHECK_GE(steps, 1);
  CHECK_GE(batch, 1);
  order_.resize(batch);
  std::iota(order_.begin(), order_.end(), 0);
  lengths_.assign(batch, static_cast<int32_t>(steps));
  rectangles_.assign(1, {0, 0, steps, batch});
  FindPlaces();
}

void Staircase::Assign(std::span<const int32_t> lengths) {
  CHECK_GE(lengths.size(), 1u);
  order_.resize(lengths.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::sort(order_, [&](int32_t a, int32_t b) {
    return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b;
  });
  lengths_.resize(lengths.size());
  for (size_t rank = 0; rank < order_.size(); ++rank) lengths_[rank] = lengths[order_[rank]];
  CHECK_GE(lengths_.back(), 1);
  Cut();
  FindPlaces();
}

// The cheapest cut: cost_[i] is that of everything from the i-th possible beginning on, next_[i]
// where its first rectangle ends.
void Staircase::Cut() {
  const int64_t longest = lengths_.front();
  const int64_t cuts = (longest + kStepGrain - 1) / kStepGrain;
  const auto begin = [&](int64_t cut) { return std::min(longest, cut * kStepGrain); };
  // Sequences that reach beyond a step, rounded up.
  const auto batch_at = [&](int64_t step) {
    const int64_t reaching =
        std::ranges::partition_point(lengths_, [&](int32_t length) { return length > step; }) -
        lengths_.begin();
    return std::min(batch(), (reaching + kBatchGrain - 1) / kBatchGrain * kBatchGrain);
  };
  cost_.assign(cuts + 1, std::numeric_limits<int64_t>::max());
  next_.assign(cuts + 1, cuts);
  cost_[cuts] = 0;
  for (int64_t i = cuts; i-- > 0;) {
    const int64_t sequences = batch_at(begin(i));
    for (int64_t j = i + 1; j <= cuts; ++j) {
      const int64_t cost = kRectangleCost + (begin(j) - begin(i)) * sequences + cost_[j];
      if (cost > cost_[i]) continue;  // of equals the longest rectangle
      cost_[i] = cost;
      next_[i] = j;
    }
  }
  rectangles_.clear();
  int64_t row = 0;
  for (int64_t i = 0; i < cuts; i = next_[i]) {
    rectangles_.push_back({row, begin(i), begin(next_[i]) - begin(i), batch_at(begin(i))});
    row += rectangles_.back().rows();
  }
}

void Staircase::FindPlaces() {
  positions_ = std::accumulate(lengths_.begin(), lengths_.end(), int64_t{0});
  places_.clear();
  for (const Rectangle& rectangle : rectangles_) {
    for (int64_t step = rectangle.first_step; step < rectangle.first_step + rectangle.steps;
         ++step) {
      for (int64_t rank = 0; rank < rectangle.batch; ++rank) {
        const bool padding = step >= lengths_[rank];
        places_.push_back({order_[rank], padding ? kPadding : static_cast<int32_t>(step)});
      }
    }
  }
  mirror_.resize(places_.size());
  int64_t row = 0;
  for (const Rectangle& rectangle : rectangles_) {
    for (int64_t i = 0; i < rectangle.rows(); ++i, ++row) {
      const int64_t rank = i % rectangle.batch;
      const int32_t step = places_[row].step;
      mirror_[row] = step == kPadding ? row : RowOf(rank, lengths_[rank] - 1 - step);
    }
  }
}

int64_t Staircase::RowOf(int64_t rank, int64_t step) const {
  CHECK_LT(step, lengths_[rank]);
  const auto after = std::ranges::partition_point(
      rectangles_, [&](const Rectangle& rectangle) { return rectangle.first_step <= step; });
  const Rectangle& rectangle = *(after - 1);
  return rectangle.first_row + (step - rectangle.first_step) * rectangle.batch + rank;
}

}  // namespace elman
