// Everything a run has in memory that the next step depends on: values, optimizer moments on the
// rank that owns the slice, carried state on the rank that runs the lane. A checkpoint gathers it
// on rank 0 in an order that has nothing to do with ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/batches/batch_source.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/network/models/model.h"
#include "trainer/optim/optimizer.h"
#include "trainer/record/checkpoint/checkpoint.h"
#include "trainer/state/array_snapshot.h"

namespace elman {

// The exchange that a model, an optimizer and a configuration, with lanes settled, want.
// Collective.
ExchangePlan PlanExchange(Communicator* communicator, const Model& model,
                          const Optimizer& optimizer, const TrainingConfig& config);

class TrainingState {
 public:
  // All arguments must outlive the state.
  TrainingState(Communicator* communicator, const Model* model, GradientExchange* exchange,
                const Optimizer* optimizer, const BatchSource* source);

  float* values() { return exchange_->values().data(); }

  // The first values of a new run. Collective. On rank 0, `change` (or none) may change them; its
  // error is every rank's.
  absl::Status Initialize(uint64_t seed, const std::function<absl::Status(float*)>& change = {});

  float* carry(int lane);  // model->carry_size(rows of the lane); only lanes of this rank

  // One step of the optimizer on the slice this rank owns, from the exchange's summed gradients.
  void UpdateSlice(const Optimizer& optimizer, const OptimizerStep& step, float weight_decay);

  // Keeps what a step changes before it is judged, and puts it back: the carry of this rank's lanes
  // and what the exchange has kept back in rounding.
  void KeepState() { before_step_->Take(); }
  void RestoreState() { before_step_->Restore(); }

  // A copy in memory of all that this rank holds. Only the first allocates. Neither call talks to
  // other ranks: after a RestoreSnapshot on every rank, ShareRestoredValues of the exchange gives
  // the values to all.
  void TakeSnapshot();
  void RestoreSnapshot() { snapshot_->Restore(); }
  bool has_snapshot() const { return snapshot_.has_value(); }

  // OutOfRange, on every rank, if an element of the values, moments or carried state is not finite.
  // Collective; takes nothing from the heap where all are finite.
  absl::Status CheckFinite();

  // Collective: rank 0's checkpoint receives the arrays, those of the snapshot too if so wished, in
  // the memory of those it has. The others' may be null.
  void Gather(Checkpoint* checkpoint, bool with_snapshot = false);

  // On rank 0, of the checkpoint that a new run begins with: adds the moments and the carried state
  // of a new run, zeros, where it has none.
  void BeginMissing(Checkpoint* checkpoint);

  // Collective: all ranks receive their part of the arrays of rank 0's checkpoint, of the
  // snapshot's too if there are such; every rank's has the header. DataLoss, on every rank, if they
  // do not fit this model, optimizer and batch.
  absl::Status Scatter(Checkpoint* checkpoint);

 private:
  using KeptPart = GradientExchange::KeptPart;
  struct Wire;

  std::vector<KeptPart> LiveParts();
  std::vector<KeptPart> SnapshotParts();
  std::vector<std::span<float>> OwnArrays();
  absl::Status DescribeNotFinite();
  void MakeRoomForSnapshot();
  void PrepareKept(const std::string& prefix, Checkpoint* checkpoint);
  absl::Status CheckFits(bool with_snapshot, Checkpoint* checkpoint);
  void Transfer(Checkpoint* checkpoint, bool of_snapshot, bool gather);

  Communicator* const communicator_;
  const Model* const model_;
  GradientExchange* const exchange_;
  const BatchSource* const source_;
  std::vector<FloatArray> moments_;
  std::vector<float*> moments_in_hand_;      // of the parameter being updated
  std::vector<std::vector<float>> carries_;  // one for each lane of this rank
  std::vector<std::span<float>> own_;        // OwnArrays, for CheckFinite
  std::vector<uint8_t> finite_;              // by rank, for CheckFinite
  std::optional<ArrayCopies> before_step_;   // always there once constructed
  std::optional<ArrayCopies> snapshot_;      // of OwnArrays
};

}  // namespace elman
