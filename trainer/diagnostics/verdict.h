// What the figures of a diagnosed step mean, in words, and what can be done about it.
#pragma once

#include <string>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/diagnostics/findings.h"

namespace elman {

struct Verdict {
  enum class Kind { kHealthy, kVanishing, kExploding, kUnknown };

  Kind kind = Kind::kUnknown;
  std::string words;  // sentences, the kind first
};

const char* KindName(Verdict::Kind kind);  // "healthy"

// Why there are no gradients through time to look at; empty where there are.
std::string WhyTimeless(Task task, const ModelSpec& model);

// Of a run with this configuration. All remedies it names are fields of the configuration.
Verdict Judge(const Findings& findings, Task task, const TrainingConfig& config);

}  // namespace elman
