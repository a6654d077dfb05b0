// Tensors in the safetensors format: the length of a header as eight bytes, little-endian; the
// header, a JSON object that has for every tensor its dtype, shape and place in what follows; the
// numbers, little-endian.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/random_access_file.h"
#include "data/vectors/number_type.h"

namespace elman {

struct TensorEntry {
  std::string name;
  NumberType type = NumberType::kOther;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // of its bytes in the file
  uint64_t end = 0;
};

// Safe for any number of threads.
class Safetensors {
 public:
  // Reads and checks the header: every tensor lies within the file, has the bytes that its shape
  // and type want, and shares none with another.
  static absl::StatusOr<std::unique_ptr<Safetensors>> Open(const std::string& path);

  const std::vector<TensorEntry>& tensors() const { return tensors_; }
  const std::string& path() const { return file_->path(); }

  // A row of a matrix of floating-point numbers, as floats; `row` has its columns.
  absl::Status ReadRow(const TensorEntry& tensor, int64_t number, std::span<float> row) const;

  // Some bytes of a tensor, from one of them on, which it must have.
  absl::Status ReadBytes(const TensorEntry& tensor, uint64_t begin, std::span<char> bytes) const {
    return file_->Read(tensor.begin + begin, bytes.size(), bytes.data());
  }

 private:
  Safetensors(std::unique_ptr<RandomAccessFile> file, std::vector<TensorEntry> tensors)
      : file_(std::move(file)), tensors_(std::move(tensors)) {}
  const std::unique_ptr<RandomAccessFile> file_;
  const std::vector<TensorEntry> tensors_;
};

// Whether a file that begins so may be one; a file of at least nine bytes is told by those.
bool BeginsAsSafetensors(std::string_view begin);

}  // namespace elman
