// Verifies every byte of a data set, or of one shard.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace elman {

struct VerificationReport {
  uint64_t files = 0;   // read to their ends
  uint64_t bytes = 0;   // of them
  uint64_t blocks = 0;  // decoded
  uint64_t examples = 0;
  uint64_t tokens = 0;                // of the first field
  std::vector<std::string> problems;  // one line each; at most one a file. None: all is well.

  bool ok() const { return problems.empty(); }
};

// Opens the data set, which verifies manifest, vocabularies and tokenizers, and reads every shard:
// the checksum of the whole file against the manifest, every record, block against index, ids
// against the vocabulary, counts against the manifest, and the file's fingerprint, computed anew.
// Files of vectors and of raw text are read too. Goes on with the next file after a problem.
VerificationReport VerifyDataset(const std::string& folder);

// The same for one shard by itself, without a manifest.
VerificationReport VerifyShard(const std::string& path);

// The same for one file of raw text.
VerificationReport VerifyRawText(const std::string& path);

}  // namespace elman
