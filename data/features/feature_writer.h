// Writes the vectors of a shard's tokens.
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

class FeatureWriter {
 public:
  // `path` is the final name; until Finish, and after any failure, nothing has it. The header says
  // what is to come.
  static absl::StatusOr<std::unique_ptr<FeatureWriter>> Create(const std::string& path,
                                                               const FeatureHeader& header,
                                                               uint64_t file_id);

  // Appends whole vectors, in the header's type.
  absl::Status Add(std::string_view numbers);

  // Writes the rest, reads the file back from disk to prove it whole, and publishes it.
  // FailedPrecondition unless there were as many vectors as the header says. The entry's name has
  // no folder.
  absl::StatusOr<FileEntry> Finish();

 private:
  FeatureWriter(std::unique_ptr<AtomicFile> file, const FeatureHeader& header, uint64_t file_id);
  absl::Status Write(FeatureRecord* record);
  absl::Status CloseBlock();

  const std::unique_ptr<AtomicFile> file_;
  const FeatureHeader header_;
  const uint64_t file_id_;
  const uint64_t block_bytes_;  // of numbers in a full block
  uint32_t crc_ = 0;            // of all bytes written
  uint64_t blocks_ = 0;
  uint64_t numbers_bytes_ = 0;  // added
  FeatureRecord block_;
};

}  // namespace elman
