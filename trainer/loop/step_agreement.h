// What all ranks must know in every step: the sums over all lanes, requests and failures.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/coverage.h"
#include "proto/checkpoint.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/topology.h"
#include "trainer/exchange/tree_reduction.h"
#include "trainer/network/models/model.h"
#include "trainer/record/checkpoint/background_writer.h"
#include "trainer/reporting/step_report.h"
#include "trainer/state/replica_check.h"

namespace elman {

// The results of one lane in a step, or the sums over all lanes.
struct LaneSums {
  LossSums losses;
  Coverage coverage;
};

// Counters of one rank before a step, and its requests.
struct RankMessage {
  int64_t bytes_sent = 0;  // bytes sent to other nodes, since the start
  double waited = 0;       // seconds of waiting for other ranks, since the last train line
  bool stop = false;
  bool save = false;
  bool hold = false;        // asks the ranks to save no state that is not the best
  bool trace = false;       // requests an update of the trace file
  LostBest lost_best = {};  // step 0: none
};

// The agreed data of a step, the same on every rank.
struct AgreedStep {
  LaneSums sums;           // of all lanes, added in the order of the lane tree
  int64_t bytes_sent = 0;  // by all ranks
  bool stop = false;       // requested by any rank
  bool save = false;
  bool hold = false;
  bool trace = false;
  LostBest lost_best;  // of the rank that lost one; step 0: none
  RankWaits waits;     // of all ranks
};

// Exchanges these messages, once per step: BeginStep, fill in lane(nth) for all lanes of the rank,
// then Agree.
class StepAgreement {
 public:
  // The communicator must outlive this object. Collective.
  StepAgreement(Communicator* communicator, const Topology& topology, const ReplicaCheck& replicas);

  // Clears the sums of this rank's lanes.
  void BeginStep();
  // The sums of this rank's nth lane, to be filled in. Different threads may fill in different
  // lanes.
  LaneSums& lane(int nth) { return mine_[nth].step.sums; }

  // Collective. Every rank returns the same error: that of the lowest rank with an error in
  // `local`, or DataLoss if ranks differ in values or progress. `saved_step` is the step of the
  // last save.
  absl::StatusOr<AgreedStep> Agree(const absl::Status& local, const RankMessage& message,
                                   const Progress& progress, int64_t saved_step);

 private:
  // What a lane contributes, or the sum over several lanes.
  struct Vote {
    AgreedStep step;
    bool failed = false;
    ReplicaDigest digest;
    bool digests_differ = false;
    Vote& operator+=(const Vote& other);
  };

  Communicator* const communicator_;
  ReplicaCheck replicas_;
  std::vector<Vote> mine_;  // of this rank's lanes
  TreeReduction<Vote> votes_;
};

}  // namespace elman
