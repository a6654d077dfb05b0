// Tokenized examples on their way from the tokenizing threads to the shards: a temporary file of
// records, one a chunk of the corpus. Shards can be laid out only when all tokens are counted, and
// are gone through twice.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/file.h"
#include "data/io/record_io.h"

namespace elman {

// The examples of a chunk, field by field.
struct SpooledExamples {
  struct Field {
    std::vector<uint32_t> ids;      // of all examples, one behind the other
    std::vector<uint32_t> lengths;  // ids of each example
    std::vector<uint32_t> words;    // of its text
    std::vector<uint32_t> bytes;
  };
  std::vector<Field> fields;  // each with as many examples

  void Clear(size_t fields);  // keeps memory
};

// Where a chunk was spooled. Plain numbers: processes exchange it as bytes.
struct SpooledChunk {
  uint64_t chunk = 0;   // its number in the corpus
  uint64_t spool = 0;   // the rank that wrote it
  uint64_t offset = 0;  // in that rank's spool
  uint64_t ids = 0;     // of all its fields
};

class SpoolWriter {
 public:
  // The file goes with the writer.
  static absl::StatusOr<std::unique_ptr<SpoolWriter>> Create(const std::string& path,
                                                             uint64_t spool);

  absl::Status Append(uint64_t chunk, const SpooledExamples& examples);

  // After it, the file at path() can be read.
  absl::Status Finish() { return file_->Close(); }

  const std::string& path() const { return file_->temporary_path(); }
  const std::vector<SpooledChunk>& chunks() const { return chunks_; }

 private:
  SpoolWriter(std::unique_ptr<AtomicFile> file, uint64_t spool);
  const std::unique_ptr<AtomicFile> file_;
  RecordWriter writer_;
  const uint64_t spool_;
  std::vector<SpooledChunk> chunks_;
};

class SpoolReader {
 public:
  static absl::StatusOr<std::unique_ptr<SpoolReader>> Open(const std::string& path);
  absl::Status Read(uint64_t offset, SpooledExamples* examples);

 private:
  explicit SpoolReader(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<RandomAccessFile> file_;
  std::string payload_;
};

}  // namespace elman
