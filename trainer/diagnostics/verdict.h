// Turns the findings of a step into a diagnosis in words, with remedies.
#pragma once

#include <string>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/diagnostics/findings.h"

namespace elman {

// The diagnosis of a step.
struct Verdict {
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
  bool IsNews(Verdict::Kind kind);

 private:
  Verdict::Kind printed_ = Verdict::Kind::kUnknown;
  Verdict::Kind next_ = Verdict::Kind::kUnknown;
  int in_a_row_ = 0;  // diagnoses of kind next_
};

const char* KindName(Verdict::Kind kind);  // such as "healthy"

// Returns why a model has no gradients through time; empty if it has.
std::string WhyTimeless(Task task, const ModelSpec& model);

// Diagnoses a step of a run with this configuration. All remedies are fields of the configuration.
Verdict Judge(const Findings& findings, Task task, const TrainingConfig& config);

}  // namespace elman
