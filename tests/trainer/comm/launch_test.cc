#include "trainer/comm/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace elman {
namespace {

using testing::HasSubstr;

// Sets these environment variables of launchers and no others, until it is destroyed.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& variables) {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK",
                             "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_NTASKS"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(name);
    }
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

Launch Read(const std::map<std::string, std::string>& variables) {
  const Environment environment(variables);
  return ReadLaunch();
}

void ExpectLaunch(const Launch& launch, int rank, int ranks, const std::string& launcher) {
  EXPECT_EQ(launch.rank, rank);
  EXPECT_EQ(launch.ranks, ranks);
  EXPECT_THAT(launch.launcher, HasSubstr(launcher));
}

TEST(LaunchTest, ReadsTheVariablesOfEveryLauncher) {
  ExpectLaunch(Read({}), 0, 1, "");
  ExpectLaunch(Read({{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}}), 3, 4,
               "Open MPI");
  ExpectLaunch(Read({{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}}), 1, 2, "MPICH");
  ExpectLaunch(Read({{"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_PROCID", "7"}}), 7, 8, "srun");
}

TEST(LaunchTest, InnerLauncherTakesPrecedence) {
  // mpirun starts its daemons with srun, one per host.
  ExpectLaunch(Read({{"SLURM_STEP_NUM_TASKS", "2"},
                     {"SLURM_PROCID", "1"},
                     {"OMPI_COMM_WORLD_SIZE", "64"},
                     {"OMPI_COMM_WORLD_RANK", "40"}}),
               40, 64, "Open MPI");
}

TEST(LaunchTest, AllocationAloneStartsOneProcess) {
  ExpectLaunch(Read({{"SLURM_NTASKS", "16"}, {"SLURM_PROCID", "0"}}), 0, 1, "");
  ExpectLaunch(Read({{"SLURM_NTASKS", "16"}, {"SLURM_STEP_NUM_TASKS", "1"}}), 0, 1, "srun");
}

TEST(LaunchTest, IgnoresInvalidNumbers) {
  ExpectLaunch(Read({{"PMI_SIZE", "many"}, {"PMI_RANK", "1"}}), 0, 1, "");
  ExpectLaunch(Read({{"PMI_SIZE", "-2"}}), 0, 1, "");
  ExpectLaunch(Read({{"PMI_SIZE", "2"}, {"PMI_RANK", "5"}}), 0, 2, "PMI");
}

TEST(LaunchTest, RefusesUnconnectedProcesses) {
  const Launch alone, two = Read({{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}});
  EXPECT_TRUE(CheckConnected(alone, 1, "Open MPI 4.1.4").ok());
  EXPECT_TRUE(CheckConnected(two, 2, "Open MPI 4.1.4").ok());
  const absl::Status status = CheckConnected(two, 1, "Open MPI 4.1.4");
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("started 2 processes, but they do not find each other (Open MPI 4.1.4 "));
}

}  // namespace
}  // namespace elman
