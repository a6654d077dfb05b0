// Examples that stand in more than one split: a model that is tested on what it was trained on
// looks better than it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "data/staging/preprocess_report.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"

namespace elman {

// The content hashes of a split's examples, 8 bytes each, in a temporary file.
class HashSpool {
 public:
  // The file, `path`, goes with the object.
  static absl::StatusOr<std::unique_ptr<HashSpool>> Create(const std::string& path);
  absl::Status Append(const std::vector<uint64_t>& hashes);
  absl::Status Finish();

  std::string path() const { return file_->temporary_path(); }

 private:
  explicit HashSpool(std::unique_ptr<AtomicFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AtomicFile> file_;
};

// The files with the hashes of a split, one a rank.
struct HashedSplit {
  std::string name;
  std::vector<std::string> paths;
};

// For each split and each one before it, how many of its examples have the hash of one there, if
// any. Two texts of n are taken for one with a probability of n^2 / 2^65. The hashes of a split are
// held in memory at most `max_held` at a time, and the files read as often as that takes.
absl::StatusOr<std::vector<SplitOverlap>> FindOverlaps(const std::vector<HashedSplit>& splits,
                                                       size_t max_held = size_t{1} << 21);

// Finds the place and the text of the example in `corpus`, that of overlap->split. Stays without
// where there is none.
absl::Status FindExample(const Corpus& corpus, const ExampleRules& rules, SplitOverlap* overlap);

}  // namespace elman
