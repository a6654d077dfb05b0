// Writes a shard and verifies it.
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

// A field of an example, and its counts.
struct FieldIds {
  std::span<const uint32_t> ids;  // at least one
  uint64_t unknown = 0;           // number of unknown ids
  uint64_t words = 0;             // in the text
  uint64_t bytes = 0;
};

// The id of a shard: a fingerprint of its header and of the lengths and ids of all examples. Every
// record contains it, so it must be known before the first record is written; the examples are
// therefore read twice.
class ShardFingerprint {
 public:
  explicit ShardFingerprint(const ShardHeader& header);
  void Add(std::span<const uint32_t> field);  // the fields of an example in order
  void AddLine(uint64_t line);  // after the fields, the line of the example; 0: unknown
  uint64_t file_id() const { return fingerprint_.Low64(); }

 private:
  Fingerprint fingerprint_;
};

// Writes one shard.
class ShardWriter {
 public:
  // `path` is the final name. The file gets it only when Finish succeeds.
  static absl::StatusOr<std::unique_ptr<ShardWriter>> Create(const std::string& path,
                                                             const ShardHeader& header,
                                                             uint64_t file_id);

  // Appends an example: its ids for each field of the header, and its line of the corpus, counted
  // from 1. Lines must not decrease. 0 for all examples: unknown.
  absl::Status Add(std::span<const FieldIds> fields, uint64_t line = 0);

  // Writes the rest, reads the file back from disk to verify it, and publishes it.
  // FailedPrecondition if the examples do not match `file_id`. The name in the returned entry has
  // no folder.
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
  uint64_t block_bytes_ = 0;  // bytes of ids in the open block
  uint64_t last_line_ = 0;    // line of the last example in the open block
  ShardIndex index_;          // its counts are those of all examples added so far
  ShardIndex::Block place_;   // the open block; its size is set later
};

}  // namespace elman
