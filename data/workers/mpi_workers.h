// A group of MPI ranks.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "data/workers/worker_group.h"

namespace elman {

// The ranks of the job, where a launcher (mpirun, srun) started this process; otherwise a group of
// one, and MPI is never initialized. Call once, from the main thread; MPI is finalized with the
// group.
std::unique_ptr<WorkerGroup> CreateWorkers();

}  // namespace elman
