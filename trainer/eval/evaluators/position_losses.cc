#include "trainer/eval/evaluators/position_losses.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"

namespace elman {

void PositionLosses::Observe(const ExamplePiece& piece) {
  for (size_t i = 0; i < piece.losses.size(); ++i) {
    const auto after = std::ranges::upper_bound(kFrom, piece.first_target + i + 1);
    Range& range = ranges_[after - kFrom.begin() - 1];
    range.loss += piece.losses[i];
    ++range.tokens;
  }
}

MetricTable PositionLosses::Table() const {
  MetricTable table{
      "by_position", {{"loss"}, {"perplexity"}, {"tokens", 0, "", false, /*count=*/true}}, {}};
  for (size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    if (range.tokens == 0) continue;
    const bool last = i + 1 == kFrom.size();
    const uint64_t to = last ? 0 : kFrom[i + 1] - 1;
    const std::string name = last             ? absl::StrCat(kFrom[i], " and more")
                             : to == kFrom[i] ? absl::StrCat(to)
                                              : absl::StrCat(kFrom[i], " to ", to);
    const auto tokens = static_cast<double>(range.tokens);
    table.rows.push_back({name, {range.loss / tokens, std::exp(range.loss / tokens), tokens}});
  }
  return table;
}

}  // namespace elman
