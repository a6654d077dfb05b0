// A communicator whose ranks are MPI processes. Only this header and its source file use MPI.
#pragma once

#include <memory>
#include <string>

#include "trainer/comm/communicator.h"
#include "trainer/comm/launch.h"

namespace elman {

// Options of an MPI communicator.
struct MpiOptions {
  // Whether a rank sleeps while it waits for others in a collective operation, so that other ranks
  // can use its core. Adds about 0.1 ms per operation. Exchange does not sleep.
  bool sleeps = false;

  // Size of the largest message in bytes; longer ones are divided. At most 2^31 - 1.
  size_t message_bytes = size_t{1} << 30;
};

// Initializes MPI for this process and finalizes it when destroyed. Only the main thread may use
// it. Without a launcher there is one rank. A second communicator of the same process, with the
// same ranks, must be destroyed before the first.
std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv,
                                                    const MpiOptions& options = {});

// Returns a communicator of the ranks of the job, which sleep while they wait, if a launcher
// started several processes. Otherwise returns a SingleProcess and does not initialize MPI.
std::unique_ptr<Communicator> JoinLaunchedRanks(const Launch& launch);

// Returns the name and version of the library, such as "Open MPI 4.1.4".
std::string MpiVersion();

// Returns the value of a parameter of the library, such as "btl_tcp_if_include", regardless of how
// it was set. Empty if it is not set or does not exist. Call it on the main thread while MPI is
// initialized.
std::string MpiParameter(const std::string& name);

}  // namespace elman
