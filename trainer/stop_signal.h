// The wish to stop, from outside: SIGUSR1, SIGTERM or SIGINT ask for a checkpoint and an orderly
// end.
#pragma once

namespace elman {

// From now on these signals set a flag instead of ending the process. A second SIGINT ends it at
// once.
void CatchStopSignals();

bool StopRequested();

}  // namespace elman
