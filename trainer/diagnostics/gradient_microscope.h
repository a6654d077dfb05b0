// Diagnoses training steps: how far gradients reach back through time, how gates are distributed,
// and how large updates are.
//
// Every lane is observed in the same way, and results are added in the order of the lanes and of
// the parameters, so they do not depend on the number of ranks. Training does not depend on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/diagnostics/gradient_diagnosis.h"
#include "trainer/diagnostics/parameter_statistics.h"
#include "trainer/diagnostics/step_statistics.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/recurrent/observation.h"

namespace elman {

// The results for one step and their interpretation.
struct StepDiagnosis {
  StepStatistics statistics;
  GradientDiagnosis gradient_diagnosis;
};

class GradientMicroscope {
 public:
  // For a rank with `lanes` lanes from `first_lane` on that updates the elements [begin, end) of
  // the flat arrays. The communicator and the table must outlive the microscope.
  GradientMicroscope(Communicator* communicator, const ParameterTable* table, int first_lane,
                     int lanes, int64_t begin, int64_t end, Task task,
                     const TrainingConfig& config);

  // Returns whether a step, counted from 1, is to be diagnosed; the same on every rank.
  bool IsDue(int64_t step) const { return every_steps_ > 0 && step % every_steps_ == 0; }

  // Call the following functions for due steps, in this order. Memory is allocated by Begin and
  // freed by Diagnose.
  void Begin();
  Observation* lane(int nth) { return &observations_[nth]; }  // lane number `nth` of this rank
  // Reads the summed gradients and the values before the update. `scale` turns the sums into the
  // gradients of the loss.
  void LookAtGradients(std::span<const float> gradients, double scale,
                       std::span<const float> values);
  void LookAtUpdate(std::span<const float> values);
  // `clipped` of the `updates` since the last diagnosis were clipped by norm. `solved`: the model
  // predicts almost without error. Collective; only rank 0 gets a result.
  std::optional<StepDiagnosis> Diagnose(int64_t step, int64_t epoch, int64_t updates,
                                        int64_t clipped, bool solved = false);

 private:
  Communicator* const communicator_;
  const ParameterTable* const table_;
  const int first_lane_;
  const int64_t begin_, end_;
  const Task task_;
  const TrainingConfig config_;
  const int64_t every_steps_;
  std::vector<Observation> observations_;  // one per lane of this rank
  std::optional<ParameterStatisticsCollector> collector_;
  bool updated_ = false;
};

}  // namespace elman
