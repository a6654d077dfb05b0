#include "data/batches/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/batches/epoch_order.h"
#include "data/batches/permutation.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

class MixtureOfBatches : public BatchSource {
 public:
  MixtureOfBatches(std::vector<std::unique_ptr<BatchSource>> sources, std::vector<int> shares,
                   uint64_t seed)
      : sources_(std::move(sources)), shares_(std::move(shares)), seed_(seed) {
    for (const auto& source : sources_) batches_ += source->batches_per_epoch();
  }

  int lanes() const override { return sources_[0]->lanes(); }
  int64_t batches_per_epoch() const override { return batches_; }
  int first_row(int lane) const override { return sources_[0]->first_row(lane); }
  int end_row(int lane) const override { return sources_[0]->end_row(lane); }
  void ShowReading(std::atomic<int32_t>* shard) override {
    for (const auto& source : sources_) source->ShowReading(shard);
  }

  absl::Status Read(int64_t epoch, int64_t number, int lane, Batch* batch) override {
    const int64_t at = epoch * batches_ + number;
    BeginRound(at / kBatchesPerRound);
    const int64_t place = at % kBatchesPerRound;
    const int chosen = order_[place];
    BatchSource& source = *sources_[chosen];
    const int64_t own =
        round_ * shares_[chosen] + std::count(order_.begin(), order_.begin() + place, chosen);
    RETURN_IF_ERROR(source.Read(own / source.batches_per_epoch(), own % source.batches_per_epoch(),
                                lane, batch));
    batch->examples.clear();  // numbers of different data sets would give no valid coverage
    return absl::OkStatus();
  }

 private:
  // The source of each batch of the current round.
  void BeginRound(int64_t round) {
    if (round == round_) return;
    round_ = round;
    order_.assign(kBatchesPerRound, 0);
    const Permutation places(kBatchesPerRound, RandomKeyOf(seed_, static_cast<uint64_t>(round),
                                                           RandomOrder::kSources, /*number=*/0));
    uint64_t place = 0;
    for (size_t source = 0; source < shares_.size(); ++source) {
      for (int i = 0; i < shares_[source]; ++i) order_[places(place++)] = static_cast<int>(source);
    }
  }

  const std::vector<std::unique_ptr<BatchSource>> sources_;
  const std::vector<int> shares_;  // batches per round
  const uint64_t seed_;
  int64_t batches_ = 0;
  int64_t round_ = -1;
  std::vector<int> order_;
};

}  // namespace

absl::StatusOr<std::vector<int>> Apportion(const std::vector<double>& weights, int total) {
  for (const double weight : weights) {
    if (!(weight > 0) || !std::isfinite(weight)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the weight of a data set is ", RoundedText(weight), ", expected a number above 0"));
    }
  }
  if (total < static_cast<int>(weights.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(total, " sequences per batch are not enough for ", weights.size(),
                     " data sets; increase batch_size"));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int> shares;
  for (const double weight : weights)
    shares.push_back(std::max(1, static_cast<int>(weight / sum * total)));
  // Largest remainders: add one where most is missing, or remove one where the excess is largest.
  const auto missing = [&](size_t i) { return weights[i] / sum * total - shares[i]; };
  for (int given = std::accumulate(shares.begin(), shares.end(), 0); given != total;) {
    const int change = given < total ? 1 : -1;
    size_t chosen = weights.size();
    for (size_t i = 0; i < weights.size(); ++i) {
      if (change < 0 && shares[i] == 1) continue;
      if (chosen == weights.size() || change * missing(i) > change * missing(chosen)) chosen = i;
    }
    shares[chosen] += change;
    given += change;
  }
  return shares;
}

absl::StatusOr<std::unique_ptr<BatchSource>> CreateMixtureOfBatches(
    std::vector<std::unique_ptr<BatchSource>> sources, const std::vector<double>& weights,
    uint64_t seed) {
  ASSIGN_OR_RETURN(std::vector<int> shares, Apportion(weights, kBatchesPerRound));
  return std::make_unique<MixtureOfBatches>(std::move(sources), std::move(shares), seed);
}

}  // namespace elman
