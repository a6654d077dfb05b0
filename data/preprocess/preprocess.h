// Converts text files to a data set on disk.
#pragma once

#include "absl/status/statusor.h"
#include "data/command_line/interruption.h"
#include "data/staging/preprocess_options.h"
#include "data/staging/preprocess_report.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Writes the data set and returns a report, which is complete on rank 0. Collective over `workers`,
// whose ranks must see the same files. The bytes written depend on the options and the text only,
// not on threads, ranks and memory. An interrupted run leaves OUTPUT.unfinished; the next run with
// the same options and files continues there. A run that fails because of its options or files
// leaves nothing. `interruption` (or null) gets the action for an interrupted run.
absl::StatusOr<PreprocessReport> Preprocess(const PreprocessOptions& options, Communicator* workers,
                                            Interruption* interruption);

}  // namespace elman
