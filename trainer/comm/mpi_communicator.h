// Ranks as MPI processes. With its source file the only place that knows MPI.
#pragma once

#include <memory>
#include <string>

#include "trainer/comm/communicator.h"
#include "trainer/comm/launch.h"

namespace elman {

struct MpiOptions {
  // Whether a rank sleeps while it waits for others in a collective operation, so that they can use
  // its core. This costs some 0.1 ms per operation. Exchange does not sleep.
  bool sleeps = false;

  // The size of the largest message: longer ones are divided. At most 2^31 - 1.
  size_t message_bytes = size_t{1} << 30;
};

// Initializes MPI for this process (only the main thread may use it) and finalizes it when
// destroyed. Without a launcher it is a world of one. A second one of a process, for the same
// ranks, must not outlive the first.
std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv,
                                                    const MpiOptions& options = {});

// The ranks of the job, which sleep while they wait, if a launcher started several processes;
// otherwise a single process, and MPI is not initialized.
std::unique_ptr<Communicator> JoinLaunchedRanks(const Launch& launch);

// The library, as "Open MPI 4.1.4".
std::string MpiVersion();

// What a parameter of the library is set to, by whatever way, as "btl_tcp_if_include"; empty if it
// is not set or there is no such parameter. Of the main thread, while MPI is initialized.
std::string MpiParameter(const std::string& name);

}  // namespace elman
