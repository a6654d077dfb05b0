// Reads feature vectors that another program made, text by text, from safetensors files. A file has
// one of these forms:
//
// - One matrix [tokens, size] with any name except 0: the vectors of all texts, concatenated. The
//   file may also have `lengths` [texts], integers with the number of tokens of each text.
// - One matrix [tokens, size] per text, named 0, 1, 2 and so on.
//
// Numbers are F32, F16 or BF16. Size and type must be the same in all files.
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

// A sequence of texts with their vectors. All contents of the files are validated. Not safe for
// concurrent use.
class FeatureSource {
 public:
  // Opens the files, which are read in order. A text must not be divided between files.
  // InvalidArgument or DataLoss names the file and the problem.
  static absl::StatusOr<std::unique_ptr<FeatureSource>> Open(const std::vector<std::string>& paths);

  int size() const { return size_; }
  NumberType type() const { return type_; }
  uint64_t vectors() const { return vectors_; }  // in all files

  // Moves to the next text, which must have `tokens` vectors. Otherwise InvalidArgument names the
  // text by its number, counted from 0.
  absl::Status BeginText(uint64_t tokens);

  // Appends the next `count` vectors of the current text to `numbers`, in the type of the file. The
  // text must have that many left. InvalidArgument if a number is not finite.
  absl::Status Read(uint64_t count, std::string* numbers);

  // Appends all vectors of the next text as floats [tokens, size()].
  absl::Status ReadText(uint64_t tokens, std::vector<float>* vectors);

  // InvalidArgument if there are vectors of more texts.
  absl::Status ExpectEnd() const;

 private:
  struct File {
    std::unique_ptr<Safetensors> tensors;
    bool by_text = false;               // one matrix per text
    std::vector<TensorEntry> matrices;  // one per text in order, or a single one
    bool has_lengths = false;
    std::vector<uint64_t> lengths;  // tokens per text
    uint64_t vectors = 0;
  };
  FeatureSource() = default;
  absl::Status Add(const std::string& path);
  absl::Status TakeLengths(const TensorEntry& tensor, File* file);
  absl::Status TakeMatrix(const TensorEntry& tensor, File* file);
  bool AtEnd() const;  // of the current file
  // An error about the vectors of the current text.
  absl::Status Wrong(const std::string& what) const;

  std::vector<File> files_;
  int size_ = 0;
  NumberType type_ = NumberType::kOther;
  uint64_t vectors_ = 0;

  uint64_t text_ = 0;          // number of the next text in all files
  size_t file_ = 0;            // index of the current file
  uint64_t text_in_file_ = 0;  // number of the next text in the current file
  const TensorEntry* matrix_ = nullptr;
  uint64_t at_ = 0;  // next vector of the matrix
};

}  // namespace elman
