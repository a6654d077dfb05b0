// The end of a process that no status reaches: memory that runs out, an exception that nobody
// catches, a file that grows beyond the limit of the process.
#pragma once

#include <string_view>

namespace elman {

// Call it once, at the start of main. From then on:
// - std::bad_alloc that nobody catches, in any thread, ends the process with kExitFailed and one
//   line: "PROGRAM: error: out of memory: 800000000 bytes were requested ...".
// - Any other exception that nobody catches ends it likewise, with its message.
// - SIGXFSZ is ignored, so that a write beyond RLIMIT_FSIZE fails with EFBIG, as a status.
// A process that links this file allocates through operators new that note the size they refuse.
void GuardProcess(std::string_view program);

}  // namespace elman
