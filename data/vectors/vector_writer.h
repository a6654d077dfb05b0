// Writes vectors of words to a file that vector_reader reads, and other programs too.
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

enum class VectorFormat {
  kWord2Vec,        // text: a line "WORDS SIZE", then a line a word; fastText's .vec is the same
  kWord2VecBinary,  // floats of four bytes, little-endian
  kGlove,           // text without the first line
};

// word2vec, word2vec_binary or glove; InvalidArgument of others.
absl::StatusOr<VectorFormat> ParseVectorFormat(std::string_view name);

class VectorWriter {
 public:
  // For `words` vectors of `size` elements.
  static absl::StatusOr<std::unique_ptr<VectorWriter>> Create(const std::string& path,
                                                              VectorFormat format, uint64_t words,
                                                              int64_t size);

  // Whether the formats have room for a word: it is not empty and has no white space or control
  // characters in it.
  static bool CanWrite(std::string_view word);

  // Numbers in text are the shortest that read back as the same floats.
  absl::Status Add(std::string_view word, std::span<const float> vector);

  // Atomically, once all words were added.
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
