// What the ranks tell each other in every step: the sums of their lanes, requests and failures, in
// one message per rank.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/coverage.h"
#include "proto/checkpoint.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/network/models/model.h"
#include "trainer/record/checkpoint/background_writer.h"
#include "trainer/state/replica_check.h"

namespace elman {

// What one lane computed in a step, or all lanes.
struct LaneSums {
  LossSums losses;
  Coverage coverage;
};

// What one rank has done before a step, and requests.
struct RankMessage {
  int64_t bytes_sent = 0;  // to other nodes, since the beginning
  double waited = 0;       // for other ranks, since the beginning, in seconds
  bool stop = false;
  bool save = false;
  bool trace = false;       // is to be brought up to date
  LostBest lost_best = {};  // step 0: none
};

// The same on every rank.
struct AgreedStep {
  LaneSums sums;           // of all lanes, added in their order
  int64_t bytes_sent = 0;  // by all ranks
  bool stop = false;       // any rank requests it
  bool save = false;
  bool trace = false;
  LostBest lost_best;  // of the rank that lost one; step 0: none
};

class StepAgreement {
 public:
  // For `lanes` lanes over all ranks. The communicator must outlive the agreement.
  StepAgreement(Communicator* communicator, int lanes, const ReplicaCheck& replicas);

  // Clears the sums of this rank's lanes.
  void BeginStep();
  // Of this rank's nth lane, to be filled in. Lanes of one rank may be filled in by one thread
  // each.
  LaneSums& lane(int nth) { return mine_[nth].lane; }

  // Collective. An error is the same on every rank: that of the lowest rank whose `local` is one,
  // or DataLoss if the ranks differ in values or progress. The last save was of step `saved_step`.
  absl::StatusOr<AgreedStep> Agree(const absl::Status& local, const RankMessage& message,
                                   const Progress& progress, int64_t saved_step);

  // By rank, as it last said.
  std::span<const double> waited() const { return waited_; }

 private:
  struct Vote {
    LaneSums lane;
    // In the first of each rank.
    RankMessage message;
    bool failed = false;
    ReplicaDigest digest;
  };

  Communicator* const communicator_;
  ReplicaCheck replicas_;
  // Of this rank's lanes, and of everyone's; as many of each rank as any has lanes.
  std::vector<Vote> mine_, all_;
  std::vector<double> waited_;
};

}  // namespace elman
