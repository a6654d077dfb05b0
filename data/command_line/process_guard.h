// The end of a process that no status reaches: memory that runs out, an exception that nobody
// catches, a file that grows beyond the limit of the process, output that nothing takes.
#pragma once

#include <string_view>

namespace elman {

// Call it once, at the start of main. From then on:
// - std::bad_alloc that nobody catches, in any thread, ends the process with kExitFailed and one
//   line: "PROGRAM: error: out of memory: 800000000 bytes were requested ...".
// - A thread that cannot be started, or any other exception that nobody catches, ends it likewise.
// - A library that calls exit(-1), as SentencePiece does, ends it likewise.
// - SIGXFSZ is ignored, so that a write beyond RLIMIT_FSIZE fails with EFBIG, as a status.
// - Where standard output did not take all that was written to it (a full disk, a closed
// descriptor),
//   the process ends with kExitFailed and a line that says so.
// - No file is opened as standard input, output or error, if those were closed at the start.
// A process that links this file allocates through operators new that note the size they refuse.
void GuardProcess(std::string_view program);

}  // namespace elman
