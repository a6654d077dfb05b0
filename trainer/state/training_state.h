// The state in memory that the next step depends on: values, optimizer moments on the rank that
// owns the slice, and carried state on the rank that computes the lane. A checkpoint gathers it on
// rank 0 in an order that does not depend on the ranks.
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

// Plans the exchange for a model, an optimizer and a configuration whose number of lanes is set.
// Collective.
ExchangePlan PlanExchange(Communicator* communicator, const Model& model,
                          const Optimizer& optimizer, const TrainingConfig& config);

class TrainingState {
 public:
  // All arguments must outlive the state.
  TrainingState(Communicator* communicator, const Model* model, GradientExchange* exchange,
                const Optimizer* optimizer, const BatchSource* source);

  float* values() { return exchange_->values().data(); }

  // Sets the initial values of a new run. Collective. On rank 0, `change` (optional) may modify
  // them; every rank returns its error.
  absl::Status Initialize(uint64_t seed, const std::function<absl::Status(float*)>& change = {});

  float* carry(int lane);  // size: model->carry_size(rows of the lane); only for lanes of this rank

  // Performs an optimizer step on the slice of this rank, with the summed gradients of the
  // exchange.
  void UpdateSlice(const Optimizer& optimizer, const OptimizerStep& step, float weight_decay);

  // KeepState copies what a step changes before it is accepted: the carried state of this rank's
  // lanes. RestoreState restores it.
  void KeepState() { before_step_->Take(); }
  void RestoreState() { before_step_->Restore(); }

  // TakeSnapshot copies everything that this rank holds; only the first call allocates. Neither
  // function communicates: after RestoreSnapshot on every rank, call ShareRestoredValues of the
  // exchange to distribute the values.
  void TakeSnapshot();
  void RestoreSnapshot() { snapshot_->Restore(); }
  bool has_snapshot() const { return snapshot_.has_value(); }

  // OutOfRange, on every rank, if an element of the values, moments or carried state is not finite.
  // Collective. Allocates no memory if all are finite.
  absl::Status CheckFinite();

  // Collective: copies the arrays, with_snapshot also those of the snapshot, into rank 0's
  // checkpoint, reusing the memory of its arrays. The checkpoints of other ranks may be null.
  void Gather(Checkpoint* checkpoint, bool with_snapshot = false);

  // On rank 0, for the checkpoint that a new run starts with: adds zero moments and carried state
  // if they are missing.
  void BeginMissing(Checkpoint* checkpoint);

  // Collective: distributes the arrays of rank 0's checkpoint, including those of its snapshot, to
  // the ranks that hold them; every rank's checkpoint has the header. DataLoss, on every rank, if
  // they do not fit this model, optimizer and batch.
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
  std::vector<std::span<float>> own_;        // result of OwnArrays, for CheckFinite
  std::vector<uint8_t> finite_;              // by rank, for CheckFinite
  std::optional<ArrayCopies> before_step_;   // always set once constructed
  std::optional<ArrayCopies> snapshot_;      // of OwnArrays
};

}  // namespace elman
