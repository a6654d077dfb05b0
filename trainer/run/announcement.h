// The first lines of a run's log: model, data, memory, and where the run starts.
#pragma once

#include <cstdint>
#include <string>

#include "trainer/reporting/progress_reporter.h"
#include "trainer/run/initial_vectors.h"
#include "trainer/run/prepared_run.h"

namespace elman {

// Returns a warning if ranks have such different numbers of sequences per step that some wait for
// others for 10 % of the time or more; otherwise empty.
std::string ImbalanceText(const PreparedRun& run);

// Reports the run that starts; `vectors` are the files that it was given. Call on rank 0, which
// has the reporter.
void AnnounceRun(const PreparedRun& run, const InitialVectors& vectors, ProgressReporter* reporter);

}  // namespace elman
