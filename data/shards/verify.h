// Verifies every byte of a data set or of a single file of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace elman {

// The result of a verification.
struct VerificationReport {
  uint64_t files = 0;   // read to the end
  uint64_t bytes = 0;   // read
  uint64_t blocks = 0;  // decoded
  uint64_t examples = 0;
  uint64_t tokens = 0;                // of the first field
  std::vector<std::string> problems;  // one line each, at most one per file; empty: no problem

  bool ok() const { return problems.empty(); }
};

// Opens the data set, which verifies the manifest, vocabularies and tokenizers, and reads every
// shard. Checks the checksum of the file against the manifest, every record, blocks against the
// index, ids against the vocabulary, counts against the manifest, and the recomputed fingerprint.
// Feature files and raw text files are read too. After a problem it continues with the next file.
VerificationReport VerifyDataset(const std::string& folder);

// Verifies one shard without a manifest.
VerificationReport VerifyShard(const std::string& path);

// Verifies one raw text file without a manifest.
VerificationReport VerifyRawText(const std::string& path);

}  // namespace elman
