#include "trainer/exchange/block_messages.h"

#include <gtest/gtest.h>

#include <vector>

#include "trainer/comm/thread_group.h"

namespace elman {
namespace {

// Every rank sends two arrays to every other rank: blocks 1, 2 and 7 of the first one, which are
// short runs, and one long run of the second one from element 10 on. Repeated, because nothing of
// the first exchange may remain.
TEST(BlockMessagesTest, TransfersOnlyTheGivenBlocks) {
  constexpr int64_t kSize = 100 * kBlock;
  constexpr int kRanks = 3;
  BlockSet few(kSize), many(kSize);
  few.Insert(kBlock, 2 * kBlock);
  few.Insert(7 * kBlock, kBlock);
  many.Insert(10 * kBlock, 90 * kBlock);
  many.Insert(0, 1);
  RunThreadGroup(kRanks, [&](Communicator* communicator) {
    const int me = communicator->rank();
    BlockMessages messages(communicator);
    std::vector<float> mine(kSize);
    for (int round = 1; round <= 2; ++round) {
      for (int64_t i = 0; i < kSize; ++i) mine[i] = static_cast<float>(1000 * (me + 1) + i * round);
      std::vector<std::vector<float>> first(kRanks), second(kRanks);
      for (int peer = 0; peer < kRanks; ++peer) {
        first[peer].resize(kSize);
        second[peer].resize(5 * kBlock);  // the array begins with block 8
        if (peer == me) continue;
        messages.Send(peer, {mine.data(), 0}, few, 2 * kBlock, kSize - 5);
        messages.Receive(peer, {first[peer].data(), 0}, few, 2 * kBlock, kSize - 5);
        messages.Send(peer, {mine.data(), 0}, many, 8 * kBlock, 13 * kBlock);
        messages.Receive(peer, {second[peer].data(), 8 * kBlock}, many, 8 * kBlock, 13 * kBlock);
      }
      messages.Run(WireFormat::kFloat32);
      for (int peer = 0; peer < kRanks; ++peer) {
        if (peer == me) continue;
        for (int64_t i = 0; i < kSize; ++i) {
          const bool sent = i / kBlock == 2 || i / kBlock == 7;
          const float theirs = static_cast<float>(1000 * (peer + 1) + i * round);
          ASSERT_EQ(first[peer][i], sent ? theirs : 0) << i;
          if (i / kBlock < 8 || i / kBlock >= 13) continue;
          ASSERT_EQ(second[peer][i - 8 * kBlock], i >= 10 * kBlock ? theirs : 0) << i;
        }
      }
      const int64_t blocks = 2 + 3;
      EXPECT_EQ(messages.bytes_sent(), round * 2 * blocks * kBlock * int64_t{sizeof(float)});
    }
  });
}

// A run that is too long to be packed is sent in place, between short ones before and after it.
TEST(BlockMessagesTest, SendsLongRunsBetweenShortOnes) {
  constexpr int64_t kSize = 200 * kBlock;
  BlockSet blocks(kSize);
  for (const int64_t block : {0, 2, 150, 199}) blocks.Insert(block * kBlock, 1);
  blocks.Insert(10 * kBlock, 100 * kBlock);
  RunThreadGroup(2, [&](Communicator* communicator) {
    std::vector<float> array(kSize);
    const bool sends = communicator->rank() == 0;
    for (int64_t i = 0; sends && i < kSize; ++i) array[i] = static_cast<float>(i + 1);
    BlockMessages messages(communicator);
    if (sends) messages.Send(1, {array.data(), 0}, blocks, 0, kSize);
    if (!sends) messages.Receive(0, {array.data(), 0}, blocks, 0, kSize);
    messages.Run(WireFormat::kFloat32);
    for (int64_t i = 0; i < kSize; ++i) {
      const int64_t block = i / kBlock;
      const bool sent =
          block == 0 || block == 2 || block == 150 || block == 199 || (block >= 10 && block < 110);
      ASSERT_EQ(array[i], sends || sent ? static_cast<float>(i + 1) : 0) << i;
    }
  });
}

}  // namespace
}  // namespace elman
