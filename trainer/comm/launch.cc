#include "trainer/comm/launch.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace elman {
namespace {

struct Launcher {
  const char *name, *size, *rank;  // environment variables that the launcher sets for each process
};

// The first entry whose `size` variable is set applies: a launcher inside another one, such as
// mpirun in a Slurm step, also passes on the variables of the outer one.
constexpr Launcher kLaunchers[] = {
    {"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    {"a launcher with PMI (MPICH, Intel MPI, srun)", "PMI_SIZE", "PMI_RANK"},
    {"srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
};

// Returns the number in this variable if it is at least `least`, otherwise -1.
int NumberIn(const char* variable, int least) {
  const char* text = std::getenv(variable);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) && number >= least ? number : -1;
}

}  // namespace

Launch ReadLaunch() {
  for (const Launcher& launcher : kLaunchers) {
    const int ranks = NumberIn(launcher.size, 1);
    if (ranks < 1) continue;
    const int rank = NumberIn(launcher.rank, 0);
    return {rank < 0 || rank >= ranks ? 0 : rank, ranks, launcher.name};
  }
  return {};
}

absl::Status CheckConnected(const Launch& launch, int connected, const std::string& mpi_version) {
  if (launch.ranks <= 1 || connected > 1) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      launch.launcher, " started ", launch.ranks, " processes, but they do not find each other (",
      mpi_version,
      " connects this one with no other), so that each would do all of the work alone. "
      "Start them with the mpirun of ",
      mpi_version,
      " or with elman-run; with srun only where "
      "'srun --mpi=list' has a PMI that it supports (srun --mpi=pmix)"));
}

}  // namespace elman
