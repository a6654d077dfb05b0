// Turns the statistics of a step into a diagnosis in words, with remedies.
#pragma once

#include <string>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/diagnostics/step_statistics.h"

namespace elman {

// The diagnosis of a step.
struct GradientDiagnosis {
  enum class Kind { kHealthy, kVanishing, kExploding, kUnknown };

  Kind kind = Kind::kUnknown;
  std::string words;  // sentences; the first one names the kind
};

// Decides which diagnoses of a run are printed: the first one, and one of another kind than that of
// the last printed one after it was found three times in a row. So diagnoses that alternate around
// a limit are not printed again and again.
class VerdictNews {
 public:
  // Call with every diagnosis. Unknown ones do not count.
  bool IsNews(GradientDiagnosis::Kind kind);

 private:
  GradientDiagnosis::Kind printed_ = GradientDiagnosis::Kind::kUnknown;
  GradientDiagnosis::Kind next_ = GradientDiagnosis::Kind::kUnknown;
  int in_a_row_ = 0;  // diagnoses of kind next_
};

const char* KindName(GradientDiagnosis::Kind kind);  // such as "healthy"

// Returns why a model has no gradients through time; empty if it has.
std::string NoTimeGradientReason(Task task, const ModelSpec& model);

// Diagnoses a step of a run with this configuration. All remedies are fields of the configuration.
GradientDiagnosis DiagnoseGradients(const StepStatistics& statistics, Task task,
                                    const TrainingConfig& config);

}  // namespace elman
