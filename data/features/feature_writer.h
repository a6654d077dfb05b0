// Writes the file with the feature vectors of a shard.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "proto/dataset.pb.h"

namespace elman {

// Writes one feature file.
class FeatureWriter {
 public:
  // `path` is the final name. The file gets it only when Finish succeeds. `header` describes the
  // vectors that will be added.
  static absl::StatusOr<std::unique_ptr<FeatureWriter>> Create(const std::string& path,
                                                               const FeatureHeader& header,
                                                               uint64_t file_id);

  // Appends whole vectors in the number type of the header.
  absl::Status Add(std::string_view numbers);

  // Writes the rest, reads the file back from disk to verify it, and publishes it.
  // FailedPrecondition unless the number of vectors is that of the header. The name in the returned
  // entry has no folder.
  absl::StatusOr<FileEntry> Finish();

 private:
  FeatureWriter(std::unique_ptr<AtomicFile> file, const FeatureHeader& header, uint64_t file_id);
  absl::Status Write(FeatureRecord* record);
  absl::Status CloseBlock();

  const std::unique_ptr<AtomicFile> file_;
  const FeatureHeader header_;
  const uint64_t file_id_;
  const uint64_t block_bytes_;  // bytes of numbers in a full block
  uint32_t crc_ = 0;            // of all bytes written
  uint64_t blocks_ = 0;
  uint64_t numbers_bytes_ = 0;  // bytes of numbers added so far
  FeatureRecord block_;
};

}  // namespace elman
