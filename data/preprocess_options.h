// What elman-preprocess is asked to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr uint64_t kDefaultShardTokens = 10'000'000;
inline constexpr uint64_t kDefaultSubwordVocabSize = 8000;
inline constexpr uint64_t kDefaultMemoryMb = 4096;
inline constexpr uint64_t kLeastMemoryMb = 64;

struct PreprocessOptions {
  struct Split {
    std::string name;                            // train, valid or test
    std::vector<std::string> files;              // read one after the other; "-" is standard input
    std::vector<std::string> target_files = {};  // of parallel files, one for each of `files`
  };
  Task task = LANGUAGE_MODEL;
  TokenizerSpec tokenizer;
  // Of TRANSLATION: the tokenizer of the target; KIND_UNSPECIFIED: the same as of the source.
  TokenizerSpec target_tokenizer;
  bool shared_vocabulary = false;  // of TRANSLATION: one vocabulary for both sides
  std::vector<Split> splits;       // train is the first
  std::string output;              // the data set's folder, which must not exist or be empty
  uint64_t shard_tokens = kDefaultShardTokens;
  int threads = 1;
  uint64_t memory_mb = kDefaultMemoryMb;  // of 2^20 bytes, for counting, a process
  bool quiet = false;                     // nothing is told on standard error
};

// What is wrong with the options, before anything is read; fills in defaults.
absl::Status CheckOptions(PreprocessOptions* options);

}  // namespace elman
