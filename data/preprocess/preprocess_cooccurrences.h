// Converts a data set of running text to a data set of co-occurrences.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/command_line/interruption.h"
#include "data/staging/preprocess_options.h"
#include "proto/dataset.pb.h"

namespace elman {

// Default maximum distance of two words of a pair, in words.
inline constexpr int kDefaultWindow = 10;

// Options of PreprocessCooccurrences.
struct CooccurrenceOptions {
  std::string dataset;  // a data set of running text; the pairs of its split train are counted
  std::string output;   // folder of the new data set; it must be empty or not exist
  int window = kDefaultWindow;
  uint64_t shard_tokens = kDefaultShardTokens;  // a pair has three: two words and a weight
  int threads = 1;
  uint64_t memory_mb = kDefaultMemoryMb;  // for counting
  bool quiet = false;
};

// Returns an error for invalid options. Reads no files.
absl::Status CheckOptions(const CooccurrenceOptions& options);

// Writes the data set and returns its manifest. The bytes depend on the text, the window and
// shard_tokens only, not on threads and memory. In addition to the memory for counting, about 40
// MiB per thread are used. A run that fails leaves nothing.
absl::StatusOr<DatasetManifest> PreprocessCooccurrences(const CooccurrenceOptions& options,
                                                        Interruption* interruption);

// A summary for people.
std::string CooccurrenceReport(const DatasetManifest& manifest);

}  // namespace elman
