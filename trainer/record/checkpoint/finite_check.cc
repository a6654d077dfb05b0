#include "trainer/record/checkpoint/finite_check.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

absl::Status Refuse(const std::vector<NotFinite>& found, const std::string& path) {
  if (found.empty()) return absl::OkStatus();
  const size_t more = found.size() - 1;
  return absl::DataLossError(
      absl::StrCat(path, ": ", ToString(found[0]),
                   more == 0 ? "" : absl::StrCat(", and neither are some of ", more, " more"),
                   "; its training diverged; ", CheckpointRemedy(path)));
}

}  // namespace

int64_t CountNotFinite(std::span<const float> elements) {
  constexpr uint32_t kExponent = 0x7f800000;  // infinities and NaNs have all of these bits set
  constexpr size_t kBlock = size_t{1} << 16;
  int64_t total = 0;
  for (size_t begin = 0; begin < elements.size(); begin += kBlock) {
    const size_t end = std::min(elements.size(), begin + kBlock);
    int32_t count = 0;  // as wide as an element, so that the loop can be vectorized
    for (size_t i = begin; i < end; ++i)
      count += (std::bit_cast<uint32_t>(elements[i]) & kExponent) == kExponent;
    total += count;
  }
  return total;
}

std::string ToString(const NotFinite& found) {
  return absl::StrCat(found.count, " of ", found.elements, " numbers of ", found.array,
                      found.parameter.empty() ? "" : absl::StrCat(" of ", found.parameter),
                      " are not finite");
}

std::vector<NotFinite> FindNotFinite(const CheckpointHeader& header, std::string_view array,
                                     std::span<const float> piece, int64_t first) {
  std::vector<NotFinite> found;
  if (CountNotFinite(piece) == 0) return found;
  const int64_t end = first + std::ssize(piece);
  if (array.ends_with(kCarryArray)) {
    found.push_back({.array = std::string(array),
                     .elements = std::ssize(piece),
                     .count = CountNotFinite(piece)});
    return found;
  }
  for (const ParameterEntry& parameter : header.parameters()) {
    const int64_t size = parameter.shape(0) * parameter.shape(1);
    const int64_t from = std::max<int64_t>(first, parameter.offset());
    const int64_t to = std::min<int64_t>(end, parameter.offset() + size);
    if (from >= to) continue;
    const int64_t count = CountNotFinite(piece.subspan(from - first, to - from));
    if (count == 0) continue;
    found.push_back({.array = std::string(array),
                     .parameter = parameter.name(),
                     .elements = size,
                     .count = count});
  }
  return found;
}

std::vector<NotFinite> FindNotFinite(const Checkpoint& checkpoint) {
  std::vector<NotFinite> found;
  for (const NamedArray& array : checkpoint.arrays) {
    const auto of_array = FindNotFinite(checkpoint.header, array.name, array.elements, 0);
    found.insert(found.end(), of_array.begin(), of_array.end());
  }
  return found;
}

absl::Status CheckAllFinite(const Checkpoint& checkpoint, const std::string& path) {
  return Refuse(FindNotFinite(checkpoint), path);
}

absl::Status CheckValuesFinite(const Checkpoint& checkpoint, const std::string& path) {
  const std::vector<float>* values = checkpoint.Find(kValuesArray);
  if (values == nullptr) return absl::OkStatus();
  return Refuse(FindNotFinite(checkpoint.header, kValuesArray, *values, 0), path);
}

}  // namespace elman
