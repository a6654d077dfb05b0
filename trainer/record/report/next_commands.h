// What can be done with a run that is at its end, in commands that work where it was started.
#pragma once

#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

// Its figures on `split` (empty: there is none) of the data set in the folder `data`; a prediction,
// of a sample in the record if it has any; and the run at a glance.
std::vector<std::string> NextCommands(const std::string& run, const std::string& data,
                                      const std::string& split, const RunRecord& record);

// Of word vectors: what is near to `word`, and a file of them.
std::vector<std::string> NextCommandsOfVectors(const std::string& run, const std::string& word);

}  // namespace elman
