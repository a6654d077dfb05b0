// Reads the raw text of examples, which metrics need, from a file of a data set or for a whole
// split.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/random_access_file.h"
#include "data/shards/dataset.h"
#include "proto/dataset.pb.h"

namespace elman {

// The raw text file of one shard, read from begin to end. Every record is verified when it is read.
// DataLoss names the file and the offset. Not safe for concurrent use.
class RawTextFile {
 public:
  // Opens the file and reads its header.
  static absl::StatusOr<std::unique_ptr<RawTextFile>> Open(const std::string& path);

  const RawTextHeader& header() const { return header_; }
  uint64_t file_id() const { return file_id_; }
  uint64_t bytes() const { return file_->size(); }
  const std::string& path() const { return file_->path(); }

  // Gets the texts of the next example, valid until the next call. Returns false after the last
  // example; the file must end there.
  absl::StatusOr<bool> Next(std::span<const std::string_view>* texts);

 private:
  explicit RawTextFile(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  absl::Status ReadRecord(std::string_view name, RawTextRecord::KindCase kind);
  absl::Status ReadBlock();

  const std::unique_ptr<RandomAccessFile> file_;
  RawTextHeader header_;
  uint64_t file_id_ = 0;
  uint64_t offset_ = 0;  // of the next record
  RawTextRecord record_;
  uint64_t examples_ = 0;  // in the blocks read so far
  uint64_t texts_ = 0;
  int next_example_ = 0;  // in the current block
  int next_text_ = 0;
  size_t next_byte_ = 0;
  std::vector<std::string_view> views_;
};

// The raw texts of a split in the order of its examples. Not safe for concurrent use.
class RawTextReader {
 public:
  // Returns null if the data set has no raw text of this content for the split.
  static absl::StatusOr<std::unique_ptr<RawTextReader>> Open(std::shared_ptr<const Dataset> dataset,
                                                             std::string_view split,
                                                             RawTextHeader::Content content);

  // The texts of an example, valid until the next call. Numbers must increase from call to call.
  // OutOfRange after the last example.
  absl::StatusOr<std::span<const std::string_view>> Read(uint64_t example);

 private:
  RawTextReader(std::shared_ptr<const Dataset> dataset, const SplitEntry& split,
                RawTextHeader::Content content)
      : dataset_(std::move(dataset)), split_(split), content_(content) {}
  absl::Status OpenNext();

  const std::shared_ptr<const Dataset> dataset_;
  const SplitEntry& split_;  // of the manifest
  const RawTextHeader::Content content_;
  int next_shard_ = 0;
  std::unique_ptr<RawTextFile> file_;
  uint64_t next_example_ = 0;
};

}  // namespace elman
