// The files of a corpus before any is read: are they there, are they text, and can they be read
// twice?
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/staging/preprocess_options.h"

namespace elman {

class AtomicFile;

// Checks that every file of `splits` can be opened and begins as text does. Standard input and
// pipes, which can be read only once, are copied into `folder`, and the copies' names take their
// places; the copies go with the entries of `copies`.
absl::Status CheckInputs(const std::string& folder, std::vector<PreprocessOptions::Split>* splits,
                         std::vector<std::unique_ptr<AtomicFile>>* copies);

}  // namespace elman
