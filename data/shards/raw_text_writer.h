// Writes the raw text of a shard's examples that scores need; launch/guides/formats.md describes
// the bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr uint32_t kRawTextFormatVersion = 1;
// A block is closed by the example that brings its texts to this many bytes, each text counted with
// one byte more, or its examples to kMaxRawTextExamples.
inline constexpr uint64_t kRawTextBlockBytes = uint64_t{1} << 20;
inline constexpr int kMaxRawTextExamples = 1 << 16;

// The id of a file of raw text: a fingerprint of its header and of all texts, known before the
// first record is written.
class RawTextFingerprint {
 public:
  explicit RawTextFingerprint(const RawTextHeader& header);
  void Add(std::span<const std::string_view> texts);  // of the next example
  uint64_t file_id() const { return fingerprint_.Low64(); }

 private:
  Fingerprint fingerprint_;
};

class RawTextWriter {
 public:
  // `path` is the final name; until Finish, and after any failure, nothing has it. The header says
  // what is to come.
  static absl::StatusOr<std::unique_ptr<RawTextWriter>> Create(const std::string& path,
                                                               const RawTextHeader& header,
                                                               uint64_t file_id);

  // Appends the texts of the next example, which may be none.
  absl::Status Add(std::span<const std::string_view> texts);

  // Writes the rest, reads the file back from disk to prove it whole, and publishes it.
  // FailedPrecondition unless the texts were those of the header and of `file_id`. The entry's name
  // has no folder.
  absl::StatusOr<FileEntry> Finish();

 private:
  RawTextWriter(std::unique_ptr<AtomicFile> file, const RawTextHeader& header, uint64_t file_id)
      : file_(std::move(file)), header_(header), file_id_(file_id), fingerprint_(header) {}
  absl::Status CloseBlock();
  absl::Status Write(RawTextRecord* record);

  const std::unique_ptr<AtomicFile> file_;
  const RawTextHeader header_;
  const uint64_t file_id_;
  RawTextFingerprint fingerprint_;
  uint32_t crc_ = 0;  // of all bytes written
  RawTextRecord block_;
  uint64_t blocks_ = 0;    // written
  uint64_t examples_ = 0;  // added
  uint64_t texts_ = 0;
};

}  // namespace elman
