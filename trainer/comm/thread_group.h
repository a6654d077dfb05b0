// A communicator whose ranks are threads of one process: runs distributed code in a debugger, with
// a sanitizer or in a unit test.
#pragma once

#include <functional>
#include <vector>

#include "trainer/comm/communicator.h"

namespace elman {

// Runs `rank_main` on `size` threads, each with its own communicator, and returns when all have
// ended. Without `shares_memory` the ranks behave as on a host without shared memory.
void RunThreadGroup(int size, const std::function<void(Communicator*)>& rank_main,
                    bool shares_memory = true);

// The same with one rank per element; the elements are the nodes of the ranks.
void RunThreadGroup(const std::vector<int>& node_of_rank,
                    const std::function<void(Communicator*)>& rank_main);

}  // namespace elman
