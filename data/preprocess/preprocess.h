// From text files to a data set on disk.
#pragma once

#include "absl/status/statusor.h"
#include "data/command_line/interruption.h"
#include "data/staging/preprocess_options.h"
#include "data/staging/preprocess_report.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Writes the data set. Collective over `workers`, whose ranks see the same files; the bytes written
// depend on the options and the text alone, not on threads, ranks and memory. A run that was ended
// before, by a failure of the machine or by force, leaves OUTPUT.unfinished, where the next one
// with the same options and files goes on; where these are to blame, nothing is left behind. The
// report is complete on rank 0. `interruption` (or null) is told what to do with what is
// unfinished.
absl::StatusOr<PreprocessReport> Preprocess(const PreprocessOptions& options, Communicator* workers,
                                            Interruption* interruption);

}  // namespace elman
