// What the manifest says of the files that were read.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/staging/preprocess_options.h"
#include "proto/dataset.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Reads all of the file at `path`, which was given as `given`; another name is that of a pipe, of
// which it is a copy.
absl::StatusOr<SourceEntry> DescribeSource(const std::string& path, const std::string& given);

// The sources of each split, for rank 0, in the order of its files, each before its target.
// Collective: every rank reads some of the files. `given` are the splits as they were named,
// `read` the same with the files that are read.
absl::StatusOr<std::vector<SplitEntry>> DescribeSources(
    const std::vector<PreprocessOptions::Split>& given,
    const std::vector<PreprocessOptions::Split>& read, Communicator* workers);

}  // namespace elman
