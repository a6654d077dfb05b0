#include "trainer/exchange/block_packing.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "trainer/exchange/bf16.h"
#include "trainer/network/math/check.h"

namespace elman {
namespace {

int64_t FirstWord(int64_t element) { return element / (kBlock * 64); }

// Calls visit(first, count) for the elements of a set on a range, at most kPackedAtOnce at a time.
template <typename Visit>
void ForEachPack(const BlockSet& blocks, ArrayRange range, const Visit& visit) {
  blocks.ForEachRun(range.begin, range.end, [&](int64_t run, int64_t count) {
    for (int64_t first = run; first < run + count; first += kPackedAtOnce)
      visit(first, std::min(kPackedAtOnce, run + count - first));
  });
}

}  // namespace

std::span<uint64_t> WordsOn(BlockSet* blocks, ArrayRange range) {
  const int64_t first = FirstWord(range.begin), end = FirstWord(range.end + kBlock * 64 - 1);
  return blocks->words().subspan(first, end - first);
}

std::span<const uint64_t> WordsOn(const BlockSet& blocks, ArrayRange range) {
  const int64_t first = FirstWord(range.begin), end = FirstWord(range.end + kBlock * 64 - 1);
  return blocks.words().subspan(first, end - first);
}

int64_t WordBytes(ArrayRange range) {
  return (range.size() + kBlock * 64 - 1) / (kBlock * 64) * int64_t{sizeof(uint64_t)};
}

int64_t ElementBytes(ArrayRange range, WireFormat format) {
  const size_t size = format == WireFormat::kBf16 ? sizeof(uint16_t) : sizeof(float);
  return range.size() * static_cast<int64_t>(size);
}

void AppendWords(const BlockSet& blocks, ArrayRange range, std::vector<std::byte>* message) {
  const auto bytes = std::as_bytes(WordsOn(blocks, range));
  message->insert(message->end(), bytes.begin(), bytes.end());
}

void AppendElements(const BlockSet& blocks, ArrayRange range, WireFormat format, PackSource source,
                    std::vector<std::byte>* message) {
  ForEachPack(blocks, range, [&](int64_t first, int64_t count) {
    const float* const elements = source(first, count);
    const size_t before = message->size();
    message->resize(before + ElementBytes({0, count}, format));
    std::byte* const to = message->data() + before;
    if (format == WireFormat::kFloat32) {
      std::memcpy(to, elements, count * sizeof(float));
      return;
    }
    std::array<uint16_t, kPackedAtOnce> rounded;
    std::transform(elements, elements + count, rounded.begin(), ToBf16);
    std::memcpy(to, rounded.data(), count * sizeof(uint16_t));
  });
}

void TakeWords(std::span<const std::byte>* message, ArrayRange range, BlockSet* blocks) {
  const std::span<uint64_t> words = WordsOn(blocks, range);
  CHECK_GE(message->size(), words.size_bytes());
  std::copy_n(message->begin(), words.size_bytes(), std::as_writable_bytes(words).begin());
  *message = message->subspan(words.size_bytes());
}

void TakeElements(std::span<const std::byte>* message, const BlockSet& blocks, ArrayRange range,
                  WireFormat format, UnpackSink sink) {
  std::array<float, kPackedAtOnce> elements;
  std::array<uint16_t, kPackedAtOnce> rounded;
  ForEachPack(blocks, range, [&](int64_t first, int64_t count) {
    const auto bytes = static_cast<size_t>(ElementBytes({0, count}, format));
    CHECK_GE(message->size(), bytes);
    if (format == WireFormat::kFloat32) {
      std::memcpy(elements.data(), message->data(), bytes);
    } else {
      std::memcpy(rounded.data(), message->data(), bytes);
      std::transform(rounded.begin(), rounded.begin() + count, elements.begin(), FromBf16);
    }
    sink(first, count, elements.data());
    *message = message->subspan(bytes);
  });
}

}  // namespace elman
