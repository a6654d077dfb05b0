#include "data/features/feature_source.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "data/features/feature_file.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "data/shards/manifest.h"

namespace elman {
namespace {

constexpr char kLengths[] = "lengths";
constexpr char kExpected[] =
    "; expected one vector per token of every text, without </s>, in the order of the data set";

absl::Status Unusable(const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// Whether the tensors are named 0, 1, 2, ...; if so, sorts them by number.
bool SortByNumber(std::vector<TensorEntry>* tensors) {
  std::vector<TensorEntry> sorted(tensors->size());
  for (const TensorEntry& tensor : *tensors) {
    uint64_t number = 0;
    if (!absl::SimpleAtoi(tensor.name, &number) || number >= sorted.size() ||
        absl::StrCat(number) != tensor.name) {
      return false;
    }
    sorted[number] = tensor;
  }
  *tensors = std::move(sorted);
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FeatureSource>> FeatureSource::Open(
    const std::vector<std::string>& paths) {
  std::unique_ptr<FeatureSource> source(new FeatureSource);
  for (const std::string& path : paths) RETURN_IF_ERROR(source->Add(path));
  return source;
}

absl::Status FeatureSource::Add(const std::string& path) {
  File file;
  ASSIGN_OR_RETURN(file.tensors, Safetensors::Open(path));
  std::vector<TensorEntry> matrices = file.tensors->tensors();
  const auto lengths = std::ranges::find(matrices, kLengths, &TensorEntry::name);
  if (lengths != matrices.end()) {
    RETURN_IF_ERROR(TakeLengths(*lengths, &file));
    matrices.erase(lengths);
  }
  file.by_text = SortByNumber(&matrices) && !file.has_lengths;
  if (matrices.empty() || (!file.by_text && matrices.size() != 1)) {
    return Unusable(path, absl::StrCat("has ", matrices.size(),
                                       " tensors; expected one matrix [tokens, size], or one "
                                       "matrix per text, named 0, 1, 2, ..."));
  }
  for (const TensorEntry& matrix : matrices) RETURN_IF_ERROR(TakeMatrix(matrix, &file));
  const uint64_t total = std::accumulate(file.lengths.begin(), file.lengths.end(), uint64_t{0});
  if (file.has_lengths && total != file.vectors) {
    return Unusable(path, absl::StrCat("tensor lengths: the sum is ", total, ", but there are ",
                                       file.vectors, " vectors"));
  }
  vectors_ += file.vectors;
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status FeatureSource::TakeLengths(const TensorEntry& tensor, File* file) {
  const bool wide = tensor.type == NumberType::kInt64;
  if (tensor.shape.size() != 1 || (!wide && tensor.type != NumberType::kInt32)) {
    return Unusable(file->tensors->path(),
                    "tensor lengths: expected a vector [texts] of integers, I64 or I32");
  }
  std::string bytes(tensor.end - tensor.begin, '\0');
  RETURN_IF_ERROR(file->tensors->ReadBytes(tensor, 0, bytes));
  file->has_lengths = true;
  for (size_t at = 0; at < bytes.size(); at += BytesOf(tensor.type)) {
    int64_t length = 0;
    int32_t narrow = 0;
    if (wide) std::memcpy(&length, bytes.data() + at, sizeof(length));
    if (!wide) std::memcpy(&narrow, bytes.data() + at, sizeof(narrow));
    if (!wide) length = narrow;
    if (length < 0 || length > int64_t{1} << 32) {
      return Unusable(file->tensors->path(),
                      absl::StrCat("tensor lengths: found a text of ", length, " tokens"));
    }
    file->lengths.push_back(static_cast<uint64_t>(length));
  }
  return absl::OkStatus();
}

absl::Status FeatureSource::TakeMatrix(const TensorEntry& tensor, File* file) {
  const std::string& path = file->tensors->path();
  const std::string name = absl::StrCat("tensor ", tensor.name, ": ");
  if (FeatureTypeOf(tensor.type) == FeatureEntry::TYPE_UNSPECIFIED) {
    return Unusable(path, name + "expected the type F32, F16 or BF16");
  }
  if (tensor.shape.size() != 2 || tensor.shape[1] < 1 || tensor.shape[1] > kMaxFeatureSize) {
    return Unusable(path, absl::StrCat(name,
                                       "expected a matrix [tokens, size] with a size from 1 "
                                       "to ",
                                       kMaxFeatureSize));
  }
  if (size_ == 0) {
    size_ = static_cast<int>(tensor.shape[1]);
    type_ = tensor.type;
  }
  if (tensor.shape[1] != size_ || tensor.type != type_) {
    return Unusable(
        path, absl::StrCat(name, "has another type or size than the previous tensors, which have ",
                           size_, " elements"));
  }
  file->vectors += static_cast<uint64_t>(tensor.shape[0]);
  file->matrices.push_back(tensor);
  return absl::OkStatus();
}

bool FeatureSource::AtEnd() const {
  const File& file = files_[file_];
  if (file.by_text) return text_in_file_ == file.matrices.size();
  if (file.has_lengths) return text_in_file_ == file.lengths.size();
  return at_ == file.vectors;
}

absl::Status FeatureSource::Wrong(const std::string& what) const {
  return Unusable(files_[std::min(file_, files_.size() - 1)].tensors->path(),
                  absl::StrCat("text ", text_ - 1, " (counted from 0): ", what, kExpected));
}

absl::Status FeatureSource::BeginText(uint64_t tokens) {
  ++text_;
  while (file_ < files_.size() && AtEnd()) {
    // A text without tokens after the last vector does not need another file.
    if (tokens == 0 && !files_[file_].by_text && !files_[file_].has_lengths)
      return absl::OkStatus();
    ++file_;
    text_in_file_ = at_ = 0;
  }
  if (file_ == files_.size())
    return Wrong(
        absl::StrCat("has ", CountText(tokens, "token"), ", but the files have no more vectors"));
  const File& file = files_[file_];
  const uint64_t number = text_in_file_++;
  matrix_ = &file.matrices[file.by_text ? number : 0];
  if (file.by_text) at_ = 0;
  const uint64_t there = file.has_lengths ? file.lengths[number]
                         : file.by_text   ? static_cast<uint64_t>(matrix_->shape[0])
                                          : std::min(tokens, file.vectors - at_);
  if (there == tokens) return absl::OkStatus();
  return Wrong(absl::StrCat("has ", CountText(tokens, "token"), ", but found ",
                            CountText(there, "vector"), " for it"));
}

absl::Status FeatureSource::Read(uint64_t count, std::string* numbers) {
  if (count == 0) return absl::OkStatus();
  const uint64_t vector_bytes = static_cast<uint64_t>(size_) * BytesOf(type_);
  const size_t before = numbers->size();
  numbers->resize(before + count * vector_bytes);
  const std::span<char> read = std::span(*numbers).subspan(before);
  RETURN_IF_ERROR(files_[file_].tensors->ReadBytes(*matrix_, at_ * vector_bytes, read));
  if (!AllFinite(type_, std::string_view(read.data(), read.size()))) {
    return Wrong(absl::StrCat("tensor ", matrix_->name, ", vectors ", at_, " to ", at_ + count - 1,
                              ": found numbers that are not finite"));
  }
  at_ += count;
  return absl::OkStatus();
}

absl::Status FeatureSource::ReadText(uint64_t tokens, std::vector<float>* vectors) {
  RETURN_IF_ERROR(BeginText(tokens));
  std::string numbers;
  RETURN_IF_ERROR(Read(tokens, &numbers));
  const size_t before = vectors->size();
  vectors->resize(before + tokens * static_cast<uint64_t>(size_));
  ToFloats(type_, numbers, std::span(*vectors).subspan(before));
  return absl::OkStatus();
}

absl::Status FeatureSource::ExpectEnd() const {
  for (size_t i = file_; i < files_.size(); ++i) {
    const File& file = files_[i];
    const bool ended = i == file_ ? AtEnd() : file.vectors == 0;
    if (ended) continue;
    return Unusable(file.tensors->path(), absl::StrCat("has vectors for more texts than the ",
                                                       text_, " of the data set", kExpected));
  }
  return absl::OkStatus();
}

}  // namespace elman
