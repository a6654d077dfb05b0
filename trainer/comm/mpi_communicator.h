// Ranks as MPI processes. With its source file the only place of the trainer that knows MPI.
#pragma once

#include <memory>

#include "trainer/comm/communicator.h"

namespace elman {

// Initializes MPI for this process (only the main thread may use it) and finalizes it when
// destroyed. One per process. Without a launcher it is a world of one.
std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv);

}  // namespace elman
