// Makes files in the safetensors format for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/bytes.h"

namespace elman {

struct MadeTensor {
  std::string name;
  std::string type;
  std::vector<int64_t> shape;
  std::string data;
};

template <typename T>
std::string BytesOfAll(const std::vector<T>& numbers) {
  return std::string(AsBytes(numbers));
}

// A file with this header, which need not be valid.
inline std::string SafetensorsOf(const std::string& header, const std::string& data) {
  const uint64_t length[] = {header.size()};
  return std::string(AsBytes(length)) + header + data;
}

inline std::string SafetensorsOf(const std::vector<MadeTensor>& tensors) {
  std::vector<std::string> entries;
  std::string data;
  for (const MadeTensor& tensor : tensors) {
    const size_t begin = data.size();
    data += tensor.data;
    entries.push_back(absl::StrCat("\"", tensor.name, R"(":{"dtype":")", tensor.type,
                                   R"(","shape":[)", absl::StrJoin(tensor.shape, ","),
                                   R"(],"data_offsets":[)", begin, ",", data.size(), "]}"));
  }
  return SafetensorsOf("{" + absl::StrJoin(entries, ",") + "}", data);
}

// A matrix [rows, size] of floats. Number j of row i is first + i + j / 1024.
inline MadeTensor MadeMatrix(const std::string& name, int64_t rows, int64_t size,
                             int64_t first = 0) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < size; ++j)
      numbers.push_back(static_cast<float>(first + i) + static_cast<float>(j) / 1024);
  }
  return {name, "F32", {rows, size}, BytesOfAll(numbers)};
}

}  // namespace elman
