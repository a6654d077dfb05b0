// What the launcher (mpirun, srun, mpiexec) reports about this process in environment variables.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

// The position of this process among those that a launcher started.
struct Launch {
  int rank = 0;
  int ranks = 1;  // processes that were started together
  // "Open MPI's mpirun"; empty without a launcher or if the launcher is unknown
  std::string launcher;
};

// Reads the environment variables; works before MPI is initialized. A Slurm allocation alone
// (sbatch, salloc) starts one process, regardless of its number of tasks.
Launch ReadLaunch();

// Returns FailedPrecondition if the launcher started several processes but MPI connected only one
// (`connected`): each process would do all of the work alone. This happens if the launcher belongs
// to another MPI library than the program (`mpi_version`, "Open MPI 4.1.4") or does not support a
// PMI of that library.
absl::Status CheckConnected(const Launch& launch, int connected, const std::string& mpi_version);

}  // namespace elman
