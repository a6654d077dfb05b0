#include "trainer/exchange/block_packing.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace elman {
namespace {

constexpr int64_t kSize = 3 * kSumBlock + 100;

BlockSet SomeBlocks() {
  BlockSet blocks(kSize);
  blocks.Insert(5, 1);
  blocks.Insert(2 * kBlock, 1);
  blocks.Insert(kSumBlock - kBlock, kSumBlock + 3 * kBlock);  // longer than is packed at a time
  blocks.Insert(kSize - 1, 1);
  return blocks;
}

// Two ranges in one message, of which the last ends with a part of a block.
TEST(BlockPackingTest, ReceiverLearnsTheBlocksFromTheMessage) {
  const BlockSet blocks = SomeBlocks();
  std::vector<float> array(kSize);
  std::iota(array.begin(), array.end(), 1.0f);
  const ArrayRange ranges[] = {{kSumBlock, 2 * kSumBlock}, {2 * kSumBlock, kSize}};
  for (const WireFormat format : {WireFormat::kFloat32, WireFormat::kBf16}) {
    std::vector<std::byte> message;
    int64_t expected_bytes = 0;
    for (const ArrayRange range : ranges) {
      AppendWords(blocks, range, &message);
      AppendElements(
          blocks, range, format,
          [&](int64_t first, int64_t count) {
            EXPECT_LE(count, kPackedAtOnce);
            return array.data() + first;
          },
          &message);
      expected_bytes +=
          WordBytes(range) + ElementBytes({0, blocks.Count(range.begin, range.end)}, format);
      EXPECT_LT(expected_bytes, WordBytes(range) + ElementBytes(range, format) + expected_bytes);
    }
    EXPECT_EQ(static_cast<int64_t>(message.size()), expected_bytes);
    BlockSet received(kSize);
    received.Insert(0, kSize);  // replaced on the ranges
    std::vector<float> elements(kSize);
    std::span<const std::byte> rest = message;
    for (const ArrayRange range : ranges) {
      TakeWords(&rest, range, &received);
      TakeElements(&rest, received, range, format,
                   [&](int64_t first, int64_t count, const float* from) {
                     std::copy_n(from, count, elements.data() + first);
                   });
    }
    EXPECT_TRUE(rest.empty());
    for (int64_t i = 0; i < kSize; ++i) {
      const bool sent = i >= kSumBlock && blocks.Count(i, i + 1) > 0;
      const float rounded = std::abs(elements[i] - array[i]) / array[i];
      const float limit = format == WireFormat::kBf16 ? 1.0f / 256 : 0;
      ASSERT_LE(sent ? rounded : elements[i], limit) << i;
      ASSERT_EQ(received.Count(i, i + 1), i < kSumBlock || sent ? 1 : 0) << i;
    }
  }
}

}  // namespace
}  // namespace elman
