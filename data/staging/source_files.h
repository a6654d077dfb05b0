// Describes the source files in the manifest.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/staging/preprocess_options.h"
#include "proto/dataset.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Reads the whole file `path` and describes it. `given` is the name that the user gave. If it
// differs from `path`, it is a pipe and `path` is its copy.
absl::StatusOr<SourceEntry> DescribeSource(const std::string& path, const std::string& given);

// The sources of each split, in the order of its files; a source file comes before its target file.
// Collective: every rank reads some of the files, and rank 0 gets the result. `given` are the
// splits with the names that the user gave, `read` the same splits with the files to read.
absl::StatusOr<std::vector<SplitEntry>> DescribeSources(
    const std::vector<PreprocessOptions::Split>& given,
    const std::vector<PreprocessOptions::Split>& read, Communicator* workers);

}  // namespace elman
