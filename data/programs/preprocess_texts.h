// The command of elman-preprocess that converts text files to a data set.
#pragma once

#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Collective. Returns the exit status.
int PreprocessTexts(const CommandLine& line, Communicator* workers, Interruption* interruption);

}  // namespace elman
