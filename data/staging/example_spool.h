// Tokenized examples on their way from the tokenizing threads to the shards: files of records, one
// a chunk of the corpus. Shards can be laid out only when all tokens are counted, and are gone
// through twice. A spool outlives its process: what is whole in it need not be tokenized again.
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

// The examples of a chunk, field by field.
struct SpooledExamples {
  struct Field {
    std::vector<uint32_t> ids;      // of all examples, one behind the other
    std::vector<uint32_t> lengths;  // ids of each example
    std::vector<uint32_t> words;    // of its text
    std::vector<uint32_t> bytes;
  };
  // Raw text of the examples that is to be kept, where there is any (raw_text_writer.h).
  struct Texts {
    std::vector<uint32_t> examples;  // how many texts each example has; empty: nothing is kept
    std::vector<uint32_t> sizes;     // of each text
    std::string bytes;               // of all of them, one behind the other
  };
  uint64_t chunk = 0;         // its number in the corpus
  std::vector<Field> fields;  // each with as many examples
  Texts texts;
  // Of running text: how many lines of the chunk end before each example; otherwise empty.
  std::vector<uint32_t> lines;
  uint64_t ended_lines = 0;  // in all of the chunk
  std::string notes;         // what else is known of the chunk: the writer's business

  void Clear(size_t fields);  // keeps memory
};

// Where a chunk was spooled. Plain numbers: processes exchange it as bytes.
struct SpooledChunk {
  uint64_t chunk = 0;   // its number in the corpus
  uint64_t spool = 0;   // the file
  uint64_t offset = 0;  // in it
  uint64_t ids = 0;     // of all its fields
  uint64_t ended_lines = 0;
};

class SpoolReader {
 public:
  static absl::StatusOr<std::unique_ptr<SpoolReader>> Open(const std::string& path);

  // Reads the chunk at `offset`, and returns the offset of the next. Safe for any number of threads
  // with a buffer each.
  absl::StatusOr<uint64_t> Read(uint64_t offset, std::string* buffer,
                                SpooledExamples* examples) const;

  // Visits all chunks up to the end, or to the first that is not whole, and returns its offset.
  absl::StatusOr<uint64_t> ReadWhole(
      const std::function<absl::Status(uint64_t offset, const SpooledExamples&)>& visit) const;

 private:
  explicit SpoolReader(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<RandomAccessFile> file_;
};

class SpoolWriter {
 public:
  // Appends to the file, made if need be, whose number is `spool`. Not durable: whoever reads the
  // file after a power cut finds out how much is there.
  static absl::StatusOr<std::unique_ptr<SpoolWriter>> Open(const std::string& path, uint64_t spool);

  // Safe for any number of threads.
  absl::Status Append(const SpooledExamples& examples);

  const std::vector<SpooledChunk>& chunks() const { return chunks_; }  // appended here

 private:
  SpoolWriter(std::unique_ptr<AppendFile> file, uint64_t spool, uint64_t size)
      : file_(std::move(file)), spool_(spool), size_(size) {}
  const std::unique_ptr<AppendFile> file_;
  const uint64_t spool_;
  std::mutex mutex_;  // guards file_ and the following
  uint64_t size_;     // of the file
  std::vector<SpooledChunk> chunks_;
};

}  // namespace elman
