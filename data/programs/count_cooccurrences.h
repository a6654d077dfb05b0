// The command of elman-preprocess that counts the co-occurrences of words of a data set, for GloVe.
#pragma once

#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Returns the exit status.
int CountCooccurrences(const CommandLine& line, const Communicator& workers,
                       Interruption* interruption);

}  // namespace elman
