// The first lines of a run's log: model, data, memory, and where the run starts.
#pragma once

#include <cstdint>
#include <string>

#include "trainer/reporting/progress_reporter.h"
#include "trainer/run/prepared_run.h"

namespace elman {

// On rank 0, which has the reporter.
void AnnounceRun(const PreparedRun& run, ProgressReporter* reporter);

}  // namespace elman
