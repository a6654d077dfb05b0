// What the launcher (mpirun, srun, mpiexec) says of this process, in environment variables.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

struct Launch {
  int rank = 0;
  int ranks = 1;         // processes that were started together
  std::string launcher;  // "Open MPI's mpirun"; empty: none, or one that does not say
};

// Reads the variables, before MPI is initialized. A Slurm allocation alone (sbatch, salloc) starts
// one process, however many tasks it has room for.
Launch ReadLaunch();

// FailedPrecondition if the launcher started several processes but MPI connected `connected`, which
// is 1: each would do all of the work, alone. This happens where the launcher belongs to another
// MPI library than the program (`mpi_version`, "Open MPI 4.1.4") or speaks no PMI that it knows.
absl::Status CheckConnected(const Launch& launch, int connected, const std::string& mpi_version);

}  // namespace elman
