// A file of the vectors of a shard's tokens; launch/guides/formats.md describes the bytes.
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

inline constexpr uint32_t kFeatureFormatVersion = 1;
// A block has as many vectors as fit, and at least one: a sequence anywhere costs little more than
// its own bytes.
inline constexpr uint64_t kFeatureBlockBytes = uint64_t{64} << 10;

// As they are stored; kOther, and TYPE_UNSPECIFIED, for what is not.
NumberType NumberTypeOf(FeatureEntry::Type type);
FeatureEntry::Type FeatureTypeOf(NumberType type);

uint64_t VectorBytes(const FeatureEntry& features);
uint32_t VectorsPerBlock(const FeatureEntry& features);

// Safe for any number of threads.
class FeatureFile {
 public:
  // Reads the header and checks it, and the size of the file, against each other. DataLoss names
  // the file.
  static absl::StatusOr<std::unique_ptr<FeatureFile>> Open(const std::string& path);

  const FeatureHeader& header() const { return header_; }
  uint64_t blocks() const;
  const std::string& path() const { return file_->path(); }
  uint64_t bytes() const { return file_->size(); }

  // The numbers of the vectors of a block, verified.
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
