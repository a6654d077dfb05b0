// Checks the files of a corpus before reading: they must exist, contain text and be readable twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/staging/preprocess_options.h"

namespace elman {

class AtomicFile;

// Checks that every file of `splits` can be opened and begins like text. Standard input and pipes,
// which can be read only once, are copied into `folder`, and `splits` gets the names of the copies.
// Destroying the entries of `copies` deletes the copies.
absl::Status CheckInputs(const std::string& folder, std::vector<PreprocessOptions::Split>* splits,
                         std::vector<std::unique_ptr<AtomicFile>>* copies);

}  // namespace elman
