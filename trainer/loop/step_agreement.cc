#include "trainer/loop/step_agreement.h"

#include <algorithm>

#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/exchange/topology.h"

namespace elman {

StepAgreement::StepAgreement(Communicator* communicator, int lanes, const ReplicaCheck& replicas)
    : communicator_(communicator), replicas_(replicas), waited_(communicator->size()) {
  const int ranks = communicator->size();
  int most_lanes = 0;
  for (int rank = 0; rank < ranks; ++rank)
    most_lanes = std::max(most_lanes, LanesOfRank(lanes, ranks, rank).count());
  mine_.resize(most_lanes);
  all_.resize(most_lanes * ranks);
}

void StepAgreement::BeginStep() { std::ranges::fill(mine_, Vote()); }

absl::StatusOr<AgreedStep> StepAgreement::Agree(const absl::Status& local,
                                                const RankMessage& message,
                                                const Progress& progress, int64_t saved_step) {
  mine_[0].message = message;
  mine_[0].failed = !local.ok();
  mine_[0].digest = replicas_.Digest(progress, saved_step);
  communicator_->AllGather(std::as_bytes(std::span(mine_)),
                           std::as_writable_bytes(std::span(all_)));
  AgreedStep agreed;
  bool failed = false;
  for (const Vote& vote : all_) {
    agreed.sums.losses += vote.lane.losses;
    agreed.sums.coverage += vote.lane.coverage;
    agreed.bytes_sent += vote.message.bytes_sent;
    agreed.stop |= vote.message.stop;
    agreed.save |= vote.message.save;
    agreed.hold |= vote.message.hold;
    agreed.trace |= vote.message.trace;
    if (vote.message.lost_best.step > 0) agreed.lost_best = vote.message.lost_best;
    failed |= vote.failed;
  }
  if (failed) RETURN_IF_ERROR(elman::Agree(communicator_, local));
  const auto of_rank = [&](size_t rank) -> const Vote& { return all_[rank * mine_.size()]; };
  for (size_t rank = 0; rank < waited_.size(); ++rank) waited_[rank] = of_rank(rank).message.waited;
  RETURN_IF_ERROR(replicas_.Compare(communicator_, [&](int rank) { return of_rank(rank).digest; }));
  return agreed;
}

}  // namespace elman
