// Reads a file with the feature vectors of a shard. The format is described in
// launch/guides/formats.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/random_access_file.h"
#include "data/vectors/number_type.h"
#include "proto/dataset.pb.h"

namespace elman {

// Version of the file format.
inline constexpr uint32_t kFeatureFormatVersion = 1;
// Size of a block. It has as many vectors as fit, and at least one. Blocks are small, so that
// reading a few vectors anywhere reads few other bytes.
inline constexpr uint64_t kFeatureBlockBytes = uint64_t{64} << 10;

// Converts the type of stored numbers. Unsupported types become kOther and TYPE_UNSPECIFIED.
NumberType NumberTypeOf(FeatureEntry::Type type);
FeatureEntry::Type FeatureTypeOf(NumberType type);

// Size of a vector in bytes, and vectors per full block.
uint64_t VectorBytes(const FeatureEntry& features);
uint32_t VectorsPerBlock(const FeatureEntry& features);

// An open file of feature vectors. Safe for concurrent use.
class FeatureFile {
 public:
  // Reads the header and checks it against the size of the file. DataLoss names the file.
  static absl::StatusOr<std::unique_ptr<FeatureFile>> Open(const std::string& path);

  const FeatureHeader& header() const { return header_; }
  uint64_t blocks() const;
  const std::string& path() const { return file_->path(); }
  uint64_t bytes() const { return file_->size(); }

  // The numbers of the vectors of a block, after its checksum is verified.
  absl::StatusOr<std::string> ReadBlock(uint64_t number) const;

 private:
  explicit FeatureFile(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  absl::Status ReadHeader();
  absl::StatusOr<FeatureRecord> ReadRecord(uint64_t offset, std::string_view name,
                                           FeatureRecord::KindCase kind, uint64_t* next) const;
  uint64_t VectorsOf(uint64_t block) const;

  const std::unique_ptr<RandomAccessFile> file_;
  FeatureHeader header_;
  uint64_t file_id_ = 0;
  uint64_t first_block_ = 0;   // offset
  uint64_t block_stride_ = 0;  // bytes of the record of a full block
};

}  // namespace elman
