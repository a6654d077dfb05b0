// Reads word vectors that other programs made. Formats:
//
// - word2vec text, fastText .vec: a line "WORDS SIZE", then one line per word: WORD NUMBER ...
//   NUMBER
// - GloVe: the same without the first line
// - word2vec binary: the first line, then for each word "WORD " and SIZE floats of four bytes,
//   little-endian
// - safetensors: a tensor [words, SIZE], such as the word embeddings of BERT, and a file with one
//   word per line, such as its vocab.txt
//
// The format is detected from the contents. Text and binary files may be compressed (gzip, bzip2,
// xz, zstd).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Maximum number of elements of a vector.
inline constexpr int64_t kMaxVectorSize = 1 << 16;

// A file of vectors as named by a user.
struct VectorFile {
  std::string path;
  // Only for safetensors: the file of words, and the name of the tensor; empty: the only tensor
  // whose name ends with "word_embeddings.weight".
  std::string words = {};
  std::string tensor = {};
};

// Parses a flag value FILE[,words=FILE][,tensor=NAME].
absl::StatusOr<VectorFile> ParseVectorFile(std::string_view text);

// A word and its vector.
struct WordVector {
  std::string_view word;
  std::span<const float> elements;
};

// Reads vectors one after another. Not safe for concurrent use.
class VectorReader {
 public:
  virtual ~VectorReader() = default;

  virtual int64_t size() const = 0;  // elements of each vector

  // Gets the next vector, valid until the next call. Returns false at the end. DataLoss, with the
  // file and the place, if the file is truncated, does not match its header or has numbers that are
  // not finite.
  virtual absl::StatusOr<bool> Next(WordVector* vector) = 0;
};

// Whether a file that begins with `begin` contains word vectors, as text or binary. `whole`:
// `begin` is the whole file. An incomplete last line is checked as far as it goes.
bool BeginsAsVectors(std::string_view begin, bool whole);

// Opens a file, which must be regular, because its begin is read first to detect the format.
absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectors(const VectorFile& file);

}  // namespace elman
