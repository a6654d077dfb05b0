// Ranks as MPI processes. With its source file the only place of the trainer that knows MPI.
#pragma once

#include <memory>
#include <string>

#include "trainer/comm/communicator.h"

namespace elman {

// Initializes MPI for this process (only the main thread may use it) and finalizes it when
// destroyed. One per process. Without a launcher it is a world of one.
std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv);

// The rank that the launcher means this process to be, before MPI is initialized; 0 if it does not
// tell.
int LaunchedRank();

// The library, as "Open MPI 4.1.4".
std::string MpiVersion();

// What a parameter of the library is set to, by whatever way, as "btl_tcp_if_include"; empty if it
// is not set or there is no such parameter. Of the main thread, while MPI is initialized.
std::string MpiParameter(const std::string& name);

}  // namespace elman
