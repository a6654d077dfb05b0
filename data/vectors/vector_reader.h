// Vectors of words that something else has learned, read from its files one after the other.
//
//   word2vec text, fastText .vec   a line "WORDS SIZE", then a line a word: WORD NUMBER ... NUMBER
//   GloVe                          the same without the first line
//   word2vec binary                the first line, then for each word "WORD ", and SIZE floats of
//                                  four bytes, little-endian
//   safetensors                    a tensor [words, SIZE], as of BERT's word embeddings, and a file
//                                  beside it that has a word a line, as its vocab.txt
//
// Which it is, is told by the contents. Text and binary files may be compressed (gzip, bzip2, xz,
// zstd).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A vector has at most so many elements.
inline constexpr int64_t kMaxVectorSize = 1 << 16;

struct VectorFile {
  std::string path;
  // Of safetensors: the file with the words, and the tensor; empty: the only one of which the name
  // ends in "word_embeddings.weight".
  std::string words = {};
  std::string tensor = {};
};

// FILE[,words=FILE][,tensor=NAME], as command lines have it.
absl::StatusOr<VectorFile> ParseVectorFile(std::string_view text);

struct WordVector {
  std::string_view word;
  std::span<const float> elements;
};

// Not for concurrent use.
class VectorReader {
 public:
  virtual ~VectorReader() = default;

  virtual int64_t size() const = 0;  // elements of each vector

  // The next one, valid until the next call; false at the end. DataLoss, which names the file and
  // the place in it, where it is cut short, or not what its begin says, or has numbers that are not
  // finite.
  virtual absl::StatusOr<bool> Next(WordVector* vector) = 0;
};

// The file must be a regular one: its begin is read to tell what it is.
absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectors(const VectorFile& file);

}  // namespace elman
