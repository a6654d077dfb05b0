// Vectors that another program made for the tokens of texts, text after text, from files in the
// safetensors format. A file has one of
//
//   a matrix [tokens, size] of any name but 0: those of all its texts, one after another. Beside it
//   there may be `lengths` [texts], whole numbers: the tokens that each text should have
//
//   a matrix [tokens, size] for each text, named 0, 1, 2 and so on
//
// of numbers of 4 or 2 bytes (F32, F16, BF16), the same size and type in all files.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/vectors/safetensors.h"

namespace elman {

// Nothing is believed of the files. Not for concurrent use.
class FeatureSource {
 public:
  // Opens files that are read one after another; a text is in one of them. InvalidArgument or
  // DataLoss names the file and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<FeatureSource>> Open(const std::vector<std::string>& paths);

  int size() const { return size_; }
  NumberType type() const { return type_; }
  uint64_t vectors() const { return vectors_; }  // in all

  // Turns to the next text, which has so many tokens. InvalidArgument, naming the text by its
  // number from 0, unless there are as many vectors for it.
  absl::Status BeginText(uint64_t tokens);

  // The next `count` vectors of that text, which must have them, as they are in the file: appended
  // to `numbers`. InvalidArgument where one is not finite.
  absl::Status Read(uint64_t count, std::string* numbers);

  // All vectors of the next text as floats [tokens, size()], appended.
  absl::Status ReadText(uint64_t tokens, std::vector<float>* vectors);

  // InvalidArgument if there are vectors of more texts.
  absl::Status ExpectEnd() const;

 private:
  struct File {
    std::unique_ptr<Safetensors> tensors;
    bool by_text = false;               // a matrix for each text
    std::vector<TensorEntry> matrices;  // those, in order, or the only one
    bool has_lengths = false;
    std::vector<uint64_t> lengths;  // of texts
    uint64_t vectors = 0;
  };
  FeatureSource() = default;
  absl::Status Add(const std::string& path);
  absl::Status TakeLengths(const TensorEntry& tensor, File* file);
  absl::Status TakeMatrix(const TensorEntry& tensor, File* file);
  bool AtEnd() const;  // of the file in hand
  // What is wrong with the vectors of the text in hand.
  absl::Status Wrong(const std::string& what) const;

  std::vector<File> files_;
  int size_ = 0;
  NumberType type_ = NumberType::kOther;
  uint64_t vectors_ = 0;

  uint64_t text_ = 0;          // the number of the next, of all
  size_t file_ = 0;            // in hand
  uint64_t text_in_file_ = 0;  // the number of the next there
  const TensorEntry* matrix_ = nullptr;
  uint64_t at_ = 0;  // the next vector of the matrix
};

}  // namespace elman
