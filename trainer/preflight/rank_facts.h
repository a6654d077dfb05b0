// Facts about the environment of a rank, to be compared with those of the other ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/comm/communicator.h"
#include "trainer/comm/host.h"
#include "trainer/comm/processors.h"

namespace elman {

struct RankFacts {
  std::string version;       // of Elman
  std::string program;       // fingerprint of the executable
  std::string libraries;     // "oneDNN 2.6.3, Open MPI 4.1.4, glibc 2.36"
  std::string instructions;  // "avx2, AVX2"
  std::string dataset;       // fingerprint
  std::string config;        // fingerprint
  std::string host;
  Processors processors;
  int requested_threads = 1;   // from OMP_NUM_THREADS; matrix products use one
  uint64_t shared_memory = 0;  // free bytes of /dev/shm
  std::vector<NetworkInterface> interfaces;
  double clock_offset = 0;  // approximate seconds that its clock is ahead of rank 0's
};

// The caller provides `mpi_version` and the fingerprints. clock_offset is not set.
RankFacts ThisRankFacts(const std::string& mpi_version, const std::string& dataset,
                        const std::string& config);

// Returns the facts of all ranks in rank order, with clock offsets. FailedPrecondition on every
// rank if a rank runs another version of Elman, whose facts cannot be parsed. Collective.
absl::StatusOr<std::vector<RankFacts>> GatherFacts(Communicator* communicator,
                                                   const RankFacts& mine);

}  // namespace elman
