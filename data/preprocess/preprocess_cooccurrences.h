// From a data set of text to one of co-occurrences.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/command_line/interruption.h"
#include "data/staging/preprocess_options.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr int kDefaultWindow = 10;

struct CooccurrenceOptions {
  std::string dataset;  // of running text; its split train is counted
  std::string output;   // the folder of the new one, which must not exist or be empty
  int window = kDefaultWindow;
  uint64_t shard_tokens = kDefaultShardTokens;  // a pair has three: two words and a weight
  int threads = 1;
  uint64_t memory_mb = kDefaultMemoryMb;  // for counting
  bool quiet = false;
};

// What is wrong with the options, before anything is read.
absl::Status CheckOptions(const CooccurrenceOptions& options);

// Writes the data set; its manifest. The bytes depend on the text, the window and shard_tokens
// alone, not on threads and memory. Besides the memory for counting, some 40 MiB a thread are
// taken. A run that ends early leaves nothing behind.
absl::StatusOr<DatasetManifest> PreprocessCooccurrences(const CooccurrenceOptions& options,
                                                        Interruption* interruption);

// For people.
std::string CooccurrenceReport(const DatasetManifest& manifest);

}  // namespace elman
