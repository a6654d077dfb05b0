// Handles requests to stop: SIGUSR1, SIGTERM and SIGINT request a checkpoint and a regular exit.
#pragma once

namespace elman {

// From now on these signals set a flag instead of ending the process. A second SIGINT ends it at
// once. Call from the main thread, to which the system delivers such signals. Handlers run on a
// stack of their own, because oneDNN's matrix products use the stack pointer as an ordinary
// register; a handler on the normal stack would overwrite their operands or the heap.
void CatchStopSignals();

bool StopRequested();

}  // namespace elman
