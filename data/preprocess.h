// From text files to a data set on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/interruption.h"
#include "data/workers/worker_group.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr uint64_t kDefaultShardTokens = 10'000'000;
inline constexpr uint64_t kDefaultSubwordVocabSize = 8000;
// Subword tokenizers are trained on a sample of this size; smaller corpora are used whole.
inline constexpr uint64_t kTrainingSampleBytes = uint64_t{128} << 20;

struct PreprocessOptions {
  struct Split {
    std::string name;                // train, valid or test
    std::vector<std::string> files;  // read one after the other; "-" is standard input
  };
  Task task = LANGUAGE_MODEL;
  TokenizerSpec tokenizer;
  std::vector<Split> splits;  // train is the first
  std::string output;         // the data set's folder, which must not exist or be empty
  uint64_t shard_tokens = kDefaultShardTokens;
  int threads = 1;
  bool quiet = false;  // nothing is told on standard error
};

struct PreprocessReport {
  DatasetManifest manifest;
  uint64_t empty_lines = 0;    // left out
  uint64_t invalid_lines = 0;  // had bytes that are not UTF-8
  uint64_t sampled_lines = 0;  // that the subword tokenizer was trained on, of
  uint64_t training_lines = 0;
};

// What is wrong with the options, before anything is read; fills in defaults.
absl::Status CheckOptions(PreprocessOptions* options);

// Writes the data set. Collective over `workers`, whose ranks see the same files; the bytes written
// depend on the options and the text alone, not on threads and ranks. On failure nothing is left
// behind. The report is complete on rank 0. `interruption` (or null) is told how to remove what is
// unfinished.
absl::StatusOr<PreprocessReport> Preprocess(const PreprocessOptions& options, WorkerGroup* workers,
                                            Interruption* interruption);

// The report as a table for people.
std::string ReportText(const PreprocessReport& report);

}  // namespace elman
