// What a rank knows of the place where it runs, to be compared with what the others know.
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
  std::string program;       // fingerprint of this very program
  std::string libraries;     // "oneDNN 2.6.3, Open MPI 4.1.4, glibc 2.36"
  std::string instructions;  // "avx2, AVX2"
  std::string dataset;       // fingerprint
  std::string config;        // fingerprint
  std::string host;
  Processors processors;
  int requested_threads = 1;   // by OMP_NUM_THREADS; products use one
  uint64_t shared_memory = 0;  // bytes of /dev/shm that are free
  std::vector<NetworkInterface> interfaces;
  double clock_offset = 0;  // seconds that its clock is ahead of rank 0's, about
};

// `mpi_version` and fingerprints are the caller's to know; the clock is not yet compared.
RankFacts ThisRankFacts(const std::string& mpi_version, const std::string& dataset,
                        const std::string& config);

// All ranks' facts, in order, with the offsets of their clocks. FailedPrecondition, on every rank,
// if one of them is of another version of Elman, whose facts cannot be read. Collective.
absl::StatusOr<std::vector<RankFacts>> GatherFacts(Communicator* communicator,
                                                   const RankFacts& mine);

}  // namespace elman
