// Finds examples that occur in more than one split. A model that is tested on its training examples
// gets results that are too good.
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

// A temporary file with the content hashes of a split's examples, 8 bytes each.
class HashSpool {
 public:
  // Creates the file `path`. The destructor deletes it.
  static absl::StatusOr<std::unique_ptr<HashSpool>> Create(const std::string& path);
  absl::Status Append(const std::vector<uint64_t>& hashes);
  absl::Status Finish();

  std::string path() const { return file_->temporary_path(); }

 private:
  explicit HashSpool(std::unique_ptr<AtomicFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AtomicFile> file_;
};

// The files with the hashes of a split, one per rank.
struct HashedSplit {
  std::string name;
  std::vector<std::string> paths;
};

// For each pair of splits, the number of examples of the later split whose hash occurs in the
// earlier one, if any. Among n texts, two different ones have the same hash with a probability of
// n^2 / 2^65. At most `max_held` hashes are in memory; the files are read as often as necessary.
absl::StatusOr<std::vector<SplitOverlap>> FindOverlaps(const std::vector<HashedSplit>& splits,
                                                       size_t max_held = size_t{1} << 21);

// Sets the place and the text of the example in `corpus`, the corpus of overlap->split. They remain
// empty if the example is not found.
absl::Status FindExample(const Corpus& corpus, const ExampleRules& rules, SplitOverlap* overlap);

}  // namespace elman
