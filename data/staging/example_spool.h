// Spools: files that hold tokenized examples until shards are written, one record per chunk of the
// corpus. They are needed because shards can be divided only when all tokens are counted, and are
// read twice. Spools outlive the process, so complete chunks need not be tokenized again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/append_file.h"
#include "data/io/random_access_file.h"

namespace elman {

// The examples of a chunk, by field.
struct SpooledExamples {
  struct Field {
    std::vector<uint32_t> ids;      // of all examples, concatenated
    std::vector<uint32_t> lengths;  // number of ids of each example
    std::vector<uint32_t> words;    // number of words in the text of each example
    // number of bytes in the text of each example
    std::vector<uint32_t> bytes;
  };
  // Raw texts of the examples that are kept (raw_text_writer.h).
  struct Texts {
    std::vector<uint32_t> examples;  // number of texts of each example; empty: none are kept
    std::vector<uint32_t> sizes;     // in bytes, of each text
    std::string bytes;               // of all texts, concatenated
  };
  uint64_t chunk = 0;         // number in the corpus
  std::vector<Field> fields;  // all fields have the same number of examples
  Texts texts;
  // Only for running text: number of lines of the chunk that end before each example.
  std::vector<uint32_t> lines;
  uint64_t ended_lines = 0;  // number of lines that end in the chunk
  std::string notes;         // other data of the chunk, in a format of the writer

  void Clear(size_t fields);  // keeps the memory
};

// Place of a chunk in a spool. Trivially copyable, so processes exchange it as bytes.
struct SpooledChunk {
  uint64_t chunk = 0;   // number in the corpus
  uint64_t spool = 0;   // number of the file
  uint64_t offset = 0;  // in the file
  uint64_t ids = 0;     // number of ids of all fields
  uint64_t ended_lines = 0;
};

// Reads chunks from a spool.
class SpoolReader {
 public:
  static absl::StatusOr<std::unique_ptr<SpoolReader>> Open(const std::string& path);

  // Reads the chunk at `offset` and returns the offset of the next one. Safe for concurrent use if
  // every thread has its own buffer.
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string* buffer,
                                SpooledExamples* examples) const;

  // Visits all chunks up to the end or to the first incomplete chunk, and returns its offset.
  absl::StatusOr<uint64_t> ReadWhole(
      const std::function<absl::Status(uint64_t offset, const SpooledExamples&)>& visit) const;

 private:
  explicit SpoolReader(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<RandomAccessFile> file_;
};

// Appends chunks to a spool.
class SpoolWriter {
 public:
  // Opens or creates a file and appends to it. `spool` is its number. Data are not made durable; a
  // reader after a power failure must check which chunks are complete.
  static absl::StatusOr<std::unique_ptr<SpoolWriter>> Open(const std::string& path, uint64_t spool);

  // Safe for concurrent use.
  absl::Status Append(const SpooledExamples& examples);

  // Chunks appended by this object.
  const std::vector<SpooledChunk>& chunks() const { return chunks_; }

 private:
  SpoolWriter(std::unique_ptr<AppendFile> file, uint64_t spool, uint64_t size)
      : file_(std::move(file)), spool_(spool), size_(size) {}
  const std::unique_ptr<AppendFile> file_;
  const uint64_t spool_;
  std::mutex mutex_;  // guards file_ and the members below
  uint64_t size_;     // size of the file
  std::vector<SpooledChunk> chunks_;
};

}  // namespace elman
