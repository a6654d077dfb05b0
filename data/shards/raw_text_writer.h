// Writes the raw text of the examples of a shard, which metrics need. The format is described in
// launch/guides/formats.md.
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

// Version of the file format.
inline constexpr uint32_t kRawTextFormatVersion = 1;
// A block ends with the example that brings its size to kRawTextBlockBytes, counting one more byte
// per text, or its number of examples to kMaxRawTextExamples.
inline constexpr uint64_t kRawTextBlockBytes = uint64_t{1} << 20;
inline constexpr int kMaxRawTextExamples = 1 << 16;

// The id of a raw text file: a fingerprint of its header and of all texts. It must be known before
// the first record is written.
class RawTextFingerprint {
 public:
  explicit RawTextFingerprint(const RawTextHeader& header);
  void Add(std::span<const std::string_view> texts);  // texts of the next example
  uint64_t file_id() const { return fingerprint_.Low64(); }

 private:
  Fingerprint fingerprint_;
};

// Writes one raw text file.
class RawTextWriter {
 public:
  // `path` is the final name. The file gets it only when Finish succeeds. `header` describes the
  // texts that will be added.
  static absl::StatusOr<std::unique_ptr<RawTextWriter>> Create(const std::string& path,
                                                               const RawTextHeader& header,
                                                               uint64_t file_id);

  // Appends the texts of the next example; there may be none.
  absl::Status Add(std::span<const std::string_view> texts);

  // Writes the rest, reads the file back from disk to verify it, and publishes it.
  // FailedPrecondition unless the texts agree with the header and `file_id`. The name in the
  // returned entry has no folder.
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
