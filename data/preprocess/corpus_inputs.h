// Checks the files of a corpus: they must exist, begin like text, be readable twice and give
// examples.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/staging/preprocess_options.h"
#include "data/text/example_parser.h"

namespace elman {

class AtomicFile;

// Checks that every file of `splits` can be opened and begins like text. Standard input and pipes,
// which can be read only once, are copied into `folder`, and `splits` gets the names of the copies.
// Destroying the entries of `copies` deletes the copies.
absl::Status CheckInputs(const std::string& folder, std::vector<PreprocessOptions::Split>* splits,
                         std::vector<std::unique_ptr<AtomicFile>>* copies);

// The error for a split that has no examples. `file` is its first file, by the name that the user
// gave. The reason follows from `left_out`, which is known on rank 0; rank 0 prints the error.
absl::Status NoExamples(Task task, const PreprocessOptions::Split& split, const std::string& file,
                        const LeftOut& left_out, uint64_t max_length);

}  // namespace elman
