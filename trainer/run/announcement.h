// The first lines of a run's log: model, data, memory, and where the run starts.
#pragma once

#include <cstdint>
#include <string>

#include "trainer/reporting/progress_reporter.h"
#include "trainer/run/prepared_run.h"

namespace elman {

// What is said of a run whose ranks have not all about as many sequences of a step, so that some
// wait for others for a tenth of the time or more; empty: they have.
std::string ImbalanceText(const PreparedRun& run);

// On rank 0, which has the reporter.
void AnnounceRun(const PreparedRun& run, ProgressReporter* reporter);

}  // namespace elman
