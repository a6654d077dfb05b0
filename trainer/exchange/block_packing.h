// Packs blocks of flat arrays into messages.
//
// A message names the blocks that it contains, so the receiver need not know them: first the words
// of the block set on the range (BlockSet::words), then the elements of the blocks in ascending
// order. Ranges begin at multiples of kSumBlock elements, so they do not share a word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/sums.h"

namespace elman {

// A part of a flat array that begins at element `first` of the array.
struct ArrayPart {
  float* data = nullptr;
  int64_t first = 0;
  float* at(int64_t element) const { return data + (element - first); }
};

// The elements [begin, end) of a flat array.
struct ArrayRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
  bool operator==(const ArrayRange&) const = default;
};

// How an element is sent. Elements sent as bf16 must already be rounded (RoundToBf16).
enum class WireFormat { kFloat32, kBf16 };

// The largest number of elements that are packed or unpacked at a time.
inline constexpr int64_t kPackedAtOnce = kSumBlock;
static_assert(kSumBlock % (kBlock * 64) == 0);

// The words of a set on a range.
std::span<uint64_t> WordsOn(BlockSet* blocks, ArrayRange range);
std::span<const uint64_t> WordsOn(const BlockSet& blocks, ArrayRange range);

// Greatest number of bytes of the words, and of the elements, of a range in a message.
int64_t WordBytes(ArrayRange range);
int64_t ElementBytes(ArrayRange range, WireFormat format);

// Appends the words of a set on a range, or the elements of its blocks. `source` returns the
// elements [first, first + count), at most kPackedAtOnce at a time; the result is read before the
// next call.
void AppendWords(const BlockSet& blocks, ArrayRange range, std::vector<std::byte>* message);
using PackSource = absl::FunctionRef<const float*(int64_t first, int64_t count)>;
void AppendElements(const BlockSet& blocks, ArrayRange range, WireFormat format, PackSource source,
                    std::vector<std::byte>* message);

// Reads what they have appended, and removes it from the front of the message. TakeElements calls
// `sink` with the elements [first, first + count), at most kPackedAtOnce at a time.
void TakeWords(std::span<const std::byte>* message, ArrayRange range, BlockSet* blocks);
using UnpackSink = absl::FunctionRef<void(int64_t first, int64_t count, const float* elements)>;
void TakeElements(std::span<const std::byte>* message, const BlockSet& blocks, ArrayRange range,
                  WireFormat format, UnpackSink sink);

}  // namespace elman
