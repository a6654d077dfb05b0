// Looks at a training step from within: how far its gradients reach back through time, what its
// gates do, how large its updates are.
//
// Every lane is observed alike, and what is found is added up in the order of the lanes and of the
// parameters: the figures are the same on any number of ranks. Nothing that trains depends on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/diagnostics/findings.h"
#include "trainer/diagnostics/parameter_survey.h"
#include "trainer/diagnostics/verdict.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/recurrent/observation.h"

namespace elman {

struct StepDiagnosis {
  Findings findings;
  Verdict verdict;
};

class GradientMicroscope {
 public:
  // For a rank with `lanes` lanes and the elements [begin, end) of the flat arrays. The
  // communicator and the table must outlive the microscope.
  GradientMicroscope(Communicator* communicator, const ParameterTable* table, int lanes,
                     int64_t begin, int64_t end, Task task, const TrainingConfig& config);

  // Whether a step, counted from 1, is one to look at; the same on every rank.
  bool IsDue(int64_t step) const { return every_steps_ > 0 && step % every_steps_ == 0; }

  // The rest is for steps that are due, in this order; memory is kept only from one to the next.
  void Begin();
  Observation* lane(int nth) { return &observations_[nth]; }  // of this rank
  // Summed gradients, which `scale` makes those of the loss, and values before the update.
  void LookAtGradients(std::span<const float> gradients, double scale,
                       std::span<const float> values);
  void LookAtUpdate(std::span<const float> values);
  // `clipped` of the `updates` since the last diagnosis were clipped by their norm. Collective; the
  // result is rank 0's, others have none.
  std::optional<StepDiagnosis> Conclude(int64_t step, int64_t epoch, int64_t updates,
                                        int64_t clipped);

 private:
  Communicator* const communicator_;
  const ParameterTable* const table_;
  const int64_t begin_, end_;
  const Task task_;
  const TrainingConfig config_;
  const int64_t every_steps_;
  std::vector<Observation> observations_;  // of this rank's lanes
  std::optional<ParameterSurvey> survey_;
  bool updated_ = false;
};

}  // namespace elman
