// The wish to stop, from outside: SIGUSR1, SIGTERM or SIGINT ask for a checkpoint and an orderly
// end.
#pragma once

namespace elman {

// From now on these signals set a flag instead of ending the process. A second SIGINT ends it at
// once. Call from the main thread, to which the system gives such signals: they are handled on a
// stack of their own, since oneDNN's matrix products use the stack pointer for other ends, and what
// is then pushed on the stack would be written across their operands or the heap.
void CatchStopSignals();

bool StopRequested();

}  // namespace elman
