#include "trainer/loop/step_agreement.h"

#include <algorithm>

#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

RankWaits Together(const RankWaits& a, const RankWaits& b) {
  if (a.ranks == 0 || b.ranks == 0) return a.ranks == 0 ? b : a;
  return {.least = std::min(a.least, b.least),
          .most = std::max(a.most, b.most),
          .sum = a.sum + b.sum,
          .ranks = a.ranks + b.ranks,
          .slowest_rank = b.least < a.least ? b.slowest_rank : a.slowest_rank};
}

}  // namespace

StepAgreement::StepAgreement(Communicator* communicator, const Topology& topology,
                             const ReplicaCheck& replicas)
    : communicator_(communicator),
      replicas_(replicas),
      mine_(topology.lanes(communicator->rank()).count()),
      votes_(communicator, topology,
             {.tree = topology.lane_tree(),
              .items_of_rank = [topology](int rank) { return topology.lanes(rank); }}) {}

void StepAgreement::BeginStep() { std::ranges::fill(mine_, Vote()); }

StepAgreement::Vote& StepAgreement::Vote::operator+=(const Vote& other) {
  step.sums.losses += other.step.sums.losses;
  step.sums.coverage += other.step.sums.coverage;
  step.bytes_sent += other.step.bytes_sent;
  step.stop |= other.step.stop;
  step.save |= other.step.save;
  step.hold |= other.step.hold;
  step.trace |= other.step.trace;
  if (other.step.lost_best.step > 0) step.lost_best = other.step.lost_best;
  step.waits = Together(step.waits, other.step.waits);
  failed |= other.failed;
  digests_differ |= other.digests_differ || digest != other.digest;
  return *this;
}

absl::StatusOr<AgreedStep> StepAgreement::Agree(const absl::Status& local,
                                                const RankMessage& message,
                                                const Progress& progress, int64_t saved_step) {
  const ReplicaDigest digest = replicas_.Digest(progress, saved_step);
  for (Vote& vote : mine_) vote.digest = digest;
  // The vote of the first lane also has what concerns the rank.
  Vote& first = mine_[0];
  first.failed = !local.ok();
  first.step.bytes_sent = message.bytes_sent;
  first.step.stop = message.stop;
  first.step.save = message.save;
  first.step.hold = message.hold;
  first.step.trace = message.trace;
  first.step.lost_best = message.lost_best;
  first.step.waits = {message.waited, message.waited, message.waited, 1, communicator_->rank()};
  const Vote all = votes_.Sum(mine_);
  if (all.failed) RETURN_IF_ERROR(elman::Agree(communicator_, local));
  RETURN_IF_ERROR(replicas_.Conclude(communicator_, digest, !all.digests_differ));
  return all.step;
}

}  // namespace elman
