// Writes a shard and proves that it is whole.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "proto/dataset.pb.h"

namespace elman {

// A field of an example, and what to count for it.
struct FieldIds {
  std::span<const uint32_t> ids;  // at least one
  uint64_t unknown = 0;           // of these
  uint64_t words = 0;             // of the text
  uint64_t bytes = 0;
};

// The id of a shard: a fingerprint of its header and of the lengths and ids of all examples. It
// stands in every record and so must be known before the first is written: the examples are gone
// through twice.
class ShardFingerprint {
 public:
  explicit ShardFingerprint(const ShardHeader& header);
  void Add(std::span<const uint32_t> field);  // the fields of an example, one after the other
  void AddLine(uint64_t line);                // then its line; 0: it is not known
  uint64_t file_id() const { return fingerprint_.Low64(); }

 private:
  Fingerprint fingerprint_;
};

class ShardWriter {
 public:
  // `path` is the final name; until Finish, and after any failure, nothing has it.
  static absl::StatusOr<std::unique_ptr<ShardWriter>> Create(const std::string& path,
                                                             const ShardHeader& header,
                                                             uint64_t file_id);

  // Appends an example: its ids of each field of the header, and the line of the corpus, from 1,
  // that it is of, not less than that of the example before; 0, of all examples: not known.
  absl::Status Add(std::span<const FieldIds> fields, uint64_t line = 0);

  // Writes the rest, reads the file back from disk to prove it whole, and publishes it.
  // FailedPrecondition if the examples were not those that `file_id` was made of. The entry's name
  // has no folder.
  absl::StatusOr<ShardEntry> Finish();

 private:
  ShardWriter(std::unique_ptr<AtomicFile> file, const ShardHeader& header, uint64_t file_id);
  absl::StatusOr<uint64_t> Write(ShardRecord* record);
  void OpenBlock();
  void AddLine(uint64_t line);
  absl::Status CloseBlock();

  const std::unique_ptr<AtomicFile> file_;
  const ShardHeader header_;
  const uint64_t file_id_;
  ShardFingerprint fingerprint_;
  uint32_t crc_ = 0;  // of all bytes written
  ShardRecord block_;
  uint64_t block_bytes_ = 0;  // of ids in the open block
  uint64_t last_line_ = 0;    // of the last example in it
  ShardIndex index_;          // its counts are those of all examples added
  ShardIndex::Block place_;   // of the open block, but for its bytes
};

}  // namespace elman
