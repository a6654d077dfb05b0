// Everything a run has in memory that the next step depends on: values, optimizer moments on the
// rank that owns the slice, carried state on the rank that runs the lane. A checkpoint gathers it
// on rank 0 in an order that has nothing to do with ranks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/batches/batch_source.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/comm/communicator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/models/model.h"
#include "trainer/optim/optimizer.h"

namespace elman {

// The exchange that a model, an optimizer and a configuration, with lanes settled, want.
std::unique_ptr<GradientExchange> CreateExchange(Communicator* communicator, const Model& model,
                                                 const Optimizer& optimizer,
                                                 const TrainingConfig& config);

class TrainingState {
 public:
  // All arguments must outlive the state.
  TrainingState(Communicator* communicator, const Model* model, GradientExchange* exchange,
                const Optimizer* optimizer, const BatchSource* source);

  float* values() { return exchange_->values().data(); }

  // The first values of a new run. Collective.
  void Initialize(uint64_t seed);

  float* carry(int lane);  // model->carry_size(rows of the lane); only lanes of this rank

  // One step of the optimizer on the slice this rank owns, from the exchange's summed gradients.
  void UpdateSlice(const Optimizer& optimizer, const OptimizerStep& step, float weight_decay);

  // Collective: rank 0's checkpoint receives the arrays, in the memory of those it has. The others'
  // may be null.
  void Gather(Checkpoint* checkpoint);

  // Collective: all ranks receive their part of the arrays of rank 0's checkpoint. DataLoss, on
  // every rank, if they do not fit this model, optimizer and batch.
  absl::Status Scatter(Checkpoint* checkpoint);

 private:
  struct Wire;
  std::vector<GradientExchange::KeptPart> SlicedParts();
  std::vector<std::string> SlicedArrays();
  void PrepareKept(Checkpoint* checkpoint);
  void Transfer(Checkpoint* checkpoint, bool gather);

  Communicator* const communicator_;
  const Model* const model_;
  GradientExchange* const exchange_;
  const BatchSource* const source_;
  std::vector<FloatArray> moments_;
  std::vector<float*> moments_in_hand_;      // of the parameter being updated
  std::vector<std::vector<float>> carries_;  // one for each lane of this rank
};

}  // namespace elman
