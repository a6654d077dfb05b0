// The command of elman-preprocess that copies a data set and adds a feature vector for each token.
#pragma once

#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Collective; rank 0 does the work. Returns the exit status.
int AddTokenVectors(const CommandLine& line, Communicator* workers, Interruption* interruption);

}  // namespace elman
