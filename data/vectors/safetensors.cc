#include "data/vectors/safetensors.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = uint64_t{16} << 20;
constexpr char kMetadata[] = "__metadata__";
// Larger integers are not exact in JSON.
constexpr double kMaxExactInteger = 9007199254740992.0;

uint64_t HeaderBytes(std::string_view begin) {
  uint64_t bytes = 0;
  std::memcpy(&bytes, begin.data(), kLengthBytes);
  return bytes;
}

NumberType TypeOf(std::string_view name) {
  if (name == "F64") return NumberType::kFloat64;
  if (name == "F32") return NumberType::kFloat32;
  if (name == "F16") return NumberType::kFloat16;
  if (name == "BF16") return NumberType::kBfloat16;
  if (name == "I64") return NumberType::kInt64;
  if (name == "I32") return NumberType::kInt32;
  return NumberType::kOther;
}

// The value of a key that must be a list of integers that are not negative.
std::optional<std::vector<uint64_t>> Integers(const Struct& object, const char* key) {
  const auto found = object.fields().find(key);
  if (found == object.fields().end() || !found->second.has_list_value()) return std::nullopt;
  std::vector<uint64_t> numbers;
  for (const Value& value : found->second.list_value().values()) {
    const double number = value.number_value();
    if (!value.has_number_value() || number < 0 || number > kMaxExactInteger ||
        number != std::floor(number)) {
      return std::nullopt;
    }
    numbers.push_back(static_cast<uint64_t>(number));
  }
  return numbers;
}

// Parses the header entry of a tensor. Returns nothing if it is not valid for a file of this size.
std::optional<TensorEntry> ParseEntry(const std::string& name, const Value& value,
                                      uint64_t data_begin, uint64_t file_bytes) {
  if (!value.has_struct_value()) return std::nullopt;
  const Struct& object = value.struct_value();
  const auto type = object.fields().find("dtype");
  const auto shape = Integers(object, "shape"), offsets = Integers(object, "data_offsets");
  if (type == object.fields().end() || !type->second.has_string_value() || !shape || !offsets ||
      offsets->size() != 2) {
    return std::nullopt;
  }
  TensorEntry tensor{name, TypeOf(type->second.string_value()), {}, 0, 0};
  const uint64_t begin = (*offsets)[0], end = (*offsets)[1], most = file_bytes - data_begin;
  if (begin > end || end > most) return std::nullopt;
  uint64_t elements = 1;
  for (const uint64_t extent : *shape) {
    if (extent != 0 && elements > most / extent) return std::nullopt;
    elements *= extent;
    tensor.shape.push_back(static_cast<int64_t>(extent));
  }
  if (tensor.type != NumberType::kOther && elements * BytesOf(tensor.type) != end - begin)
    return std::nullopt;
  tensor.begin = data_begin + begin;
  tensor.end = data_begin + end;
  return tensor;
}

// The name of a tensor that overlaps with another one.
std::optional<std::string> FindOverlap(const std::vector<TensorEntry>& tensors) {
  std::vector<const TensorEntry*> by_begin;
  for (const TensorEntry& tensor : tensors) {
    if (tensor.begin < tensor.end) by_begin.push_back(&tensor);
  }
  std::ranges::sort(by_begin, {}, &TensorEntry::begin);
  for (size_t i = 1; i < by_begin.size(); ++i) {
    if (by_begin[i]->begin < by_begin[i - 1]->end) return by_begin[i]->name;
  }
  return std::nullopt;
}

}  // namespace

bool BeginsAsSafetensors(std::string_view begin) {
  return begin.size() > kLengthBytes && begin[kLengthBytes] == '{' &&
         HeaderBytes(begin) <= kMaxHeaderBytes;
}

absl::StatusOr<std::unique_ptr<Safetensors>> Safetensors::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  const auto damage = [&](const std::string& what) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected a complete safetensors file: ", what));
  };
  if (file->size() < kLengthBytes) return damage("the file is shorter than a header");
  std::string header(kLengthBytes, '\0');
  RETURN_IF_ERROR(file->Read(0, kLengthBytes, header.data()));
  const uint64_t bytes = HeaderBytes(header);
  if (bytes > kMaxHeaderBytes || bytes > file->size() - kLengthBytes) {
    return damage(absl::StrCat("offset 0: invalid header size of ", bytes, " bytes"));
  }
  header.resize(bytes);
  RETURN_IF_ERROR(file->Read(kLengthBytes, bytes, header.data()));
  Struct object;
  if (!google::protobuf::util::JsonStringToMessage(header, &object).ok())
    return damage("offset 8: the header is not a JSON object");
  std::vector<TensorEntry> tensors;
  for (const auto& [name, value] : object.fields()) {
    if (name == kMetadata) continue;
    std::optional<TensorEntry> tensor = ParseEntry(name, value, kLengthBytes + bytes, file->size());
    if (!tensor) return damage(absl::StrCat("invalid header entry for tensor ", name));
    tensors.push_back(*std::move(tensor));
  }
  if (const std::optional<std::string> name = FindOverlap(tensors))
    return damage(absl::StrCat("tensor ", *name, " overlaps another tensor"));
  return std::unique_ptr<Safetensors>(new Safetensors(std::move(file), std::move(tensors)));
}

absl::Status Safetensors::ReadRow(const TensorEntry& tensor, int64_t number,
                                  std::span<float> row) const {
  if (!IsFloatingPoint(tensor.type)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path(), ": tensor ", tensor.name, " does not hold floating-point numbers"));
  }
  std::string bytes(row.size() * BytesOf(tensor.type), '\0');
  RETURN_IF_ERROR(file_->Read(tensor.begin + static_cast<uint64_t>(number) * bytes.size(),
                              bytes.size(), bytes.data()));
  ToFloats(tensor.type, bytes, row);
  return absl::OkStatus();
}

}  // namespace elman
