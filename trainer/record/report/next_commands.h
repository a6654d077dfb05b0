// Suggests commands for a finished run. They work in every folder.
#pragma once

#include <string>
#include <vector>

#include "trainer/record/log/run_record.h"

namespace elman {

// Commands that evaluate the run on `split` (empty: none) of the data set in folder `data`, make a
// prediction if `predicts` (for a sample of the record, if there is one), and summarize the run.
std::vector<std::string> NextCommands(const std::string& run, const std::string& data,
                                      const std::string& split, bool predicts,
                                      const RunRecord& record);

// For word vectors: commands that print the neighbors of `word` and export the vectors to a file.
std::vector<std::string> NextCommandsOfVectors(const std::string& run, const std::string& word);

// Returns the command that trains the run again, in a folder of its own, from any folder. `data`
// are its data sets, `options` further options of elman-train.
std::string ReproduceCommand(const std::string& run, const std::vector<std::string>& data,
                             const std::vector<std::string>& options);

}  // namespace elman
