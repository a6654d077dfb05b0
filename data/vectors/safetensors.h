// Reads tensors in the safetensors format: the size of the header as 8 bytes, little-endian; the
// header, a JSON object with the dtype, shape and byte range of every tensor; the numbers,
// little-endian.
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

// A tensor of the file.
struct TensorEntry {
  std::string name;
  NumberType type = NumberType::kOther;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // offset of its bytes in the file
  uint64_t end = 0;
};

// An open file. Safe for concurrent use.
class Safetensors {
 public:
  // Reads and checks the header: every tensor is within the file, has the size of its shape and
  // type, and does not overlap with another.
  static absl::StatusOr<std::unique_ptr<Safetensors>> Open(const std::string& path);

  const std::vector<TensorEntry>& tensors() const { return tensors_; }
  const std::string& path() const { return file_->path(); }

  // Reads a row of a matrix of floating-point numbers; `row` must have the number of its columns.
  absl::Status ReadRow(const TensorEntry& tensor, int64_t number, std::span<float> row) const;

  // Reads bytes of a tensor from the offset `begin`. They must be within the tensor.
  absl::Status ReadBytes(const TensorEntry& tensor, uint64_t begin, std::span<char> bytes) const {
    return file_->Read(tensor.begin + begin, bytes.size(), bytes.data());
  }

 private:
  Safetensors(std::unique_ptr<RandomAccessFile> file, std::vector<TensorEntry> tensors)
      : file_(std::move(file)), tensors_(std::move(tensors)) {}
  const std::unique_ptr<RandomAccessFile> file_;
  const std::vector<TensorEntry> tensors_;
};

// Whether a file that begins with `begin` may be in the format. Needs at least nine bytes.
bool BeginsAsSafetensors(std::string_view begin);

}  // namespace elman
