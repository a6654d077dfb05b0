// Writes word vectors in formats that vector_reader.h and other programs read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/atomic_file.h"

namespace elman {

// Formats of files of word vectors.
enum class VectorFormat {
  // Text: a line "WORDS SIZE", then one line per word; also the format of fastText's .vec.
  kWord2Vec,
  kWord2VecBinary,  // floats of four bytes, little-endian
  kGlove,           // text without the first line
};

// Parses word2vec, word2vec_binary or glove; InvalidArgument for anything else.
absl::StatusOr<VectorFormat> ParseVectorFormat(std::string_view name);

// Writes one file.
class VectorWriter {
 public:
  // Creates a file for `words` vectors of `size` elements.
  static absl::StatusOr<std::unique_ptr<VectorWriter>> Create(const std::string& path,
                                                              VectorFormat format, uint64_t words,
                                                              int64_t size);

  // Whether the formats can store a word: it is not empty and has no white space or control
  // characters.
  static bool CanWrite(std::string_view word);

  // Appends a vector. Numbers in text are the shortest that read back as the same floats.
  absl::Status Add(std::string_view word, std::span<const float> vector);

  // Publishes the file atomically. All words must have been added.
  absl::Status Publish();

 private:
  VectorWriter(std::unique_ptr<AtomicFile> file, VectorFormat format, uint64_t words, int64_t size)
      : file_(std::move(file)), format_(format), words_left_(words), size_(size) {}

  const std::unique_ptr<AtomicFile> file_;
  const VectorFormat format_;
  uint64_t words_left_;
  const int64_t size_;
  std::string line_;
};

}  // namespace elman
