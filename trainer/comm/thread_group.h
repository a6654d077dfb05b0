// Ranks as threads of one process: distributed logic under a debugger, a sanitizer or a plain test.
#pragma once

#include <functional>
#include <vector>

#include "trainer/comm/communicator.h"

namespace elman {

// Runs `rank_main` on `size` threads, each with a communicator of its own among them, and returns
// when all have ended. Without `shares_memory` they behave like ranks on a host that has none to
// share.
void RunThreadGroup(int size, const std::function<void(Communicator*)>& rank_main,
                    bool shares_memory = true);

// The same, a rank for each element, which says what node it is on.
void RunThreadGroup(const std::vector<int>& node_of_rank,
                    const std::function<void(Communicator*)>& rank_main);

}  // namespace elman
