// Ends a process with an error message where no absl::Status can: out of memory, uncaught
// exceptions, a file larger than the limit of the process, and output that cannot be written.
#pragma once

#include <string_view>

namespace elman {

// Call it once at the start of main. Afterwards:
// - An uncaught std::bad_alloc in any thread ends the process with kExitFailed and one line:
//   "PROGRAM: error: out of memory: 800000000 bytes were requested ...".
// - A thread that cannot be started, or any other uncaught exception, ends the process in the same
//   way.
// - So does a library that calls exit(-1), as SentencePiece does.
// - SIGXFSZ is ignored. A write beyond RLIMIT_FSIZE fails with EFBIG and gives a status.
// - If standard output could not be written completely (disk full, closed descriptor), the process
//   ends with kExitFailed and an error line.
// - If standard input, output or error was closed at the start, no other file gets its descriptor.
//
// A process that links this file uses operators new that record the size of a failed request.
void GuardProcess(std::string_view program);

// Writes what is buffered for standard output. If that fails, the process ends as described above,
// with the cause: at the end of the process, it would be unknown.
void FlushOutput();

}  // namespace elman
