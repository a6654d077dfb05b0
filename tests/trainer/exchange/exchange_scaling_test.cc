// What a rank sends and holds when there are many nodes, counted on simulated ones.
#include <gtest/gtest.h>

#include <cmath>
#include <mutex>

#include "tests/support/counting_communicator.h"
#include "trainer/comm/thread_group.h"
#include "trainer/exchange/gradient_exchange.h"

namespace elman {
namespace {

struct Counted {
  double sent_per_node = 0;   // bytes per step, over those that an all-reduce of the array needs
  int64_t most_messages = 0;  // of a rank, per step
  int64_t most_floats = 0;    // of a rank, beyond its gradients and the values
  double sent_at_start = 0;   // bytes by rank 0, over those of the array
};

Counted Count(int nodes, int ranks, int64_t blocks, bool sparse) {
  const int64_t size = blocks * kSumBlock;
  BlockSet dense(size);
  dense.Insert(0, sparse ? size / 2 : size);
  std::vector<int> node_of_rank;
  for (int node = 0; node < nodes; ++node) node_of_rank.insert(node_of_rank.end(), ranks, node);
  const SumTree tree(nodes * ranks, ranks);
  Counted counted;
  std::mutex mutex;
  int64_t sent = 0;
  RunThreadGroup(node_of_rank, [&](Communicator* group) {
    CountingCommunicator communicator(group);
    const ExchangePlan plan(Topology(node_of_rank, tree), dense, {});
    GradientExchange exchange(&communicator, plan);
    communicator.Reset();
    exchange.BroadcastValues();
    const int64_t sent_at_start = communicator.bytes();
    communicator.Reset();
    exchange.ComputeLanes(0, [&](int lane, GradientArray* gradients) {
      gradients->data()[lane % size] = 1;
      if (sparse) gradients->mutable_touched()->Insert(size / 2, size / 2);
    });
    exchange.Reduce(0);
    EXPECT_EQ(exchange.SumOfSquares(), static_cast<double>(nodes * ranks));
    exchange.ShareValues();
    const std::lock_guard lock(mutex);
    sent += communicator.bytes();
    counted.most_messages = std::max(counted.most_messages, communicator.messages());
    counted.most_floats = std::max(
        counted.most_floats, GradientExchange::GradientFloats(plan, communicator.rank()) - size);
    if (communicator.rank() == 0)
      counted.sent_at_start =
          static_cast<double>(sent_at_start) / static_cast<double>(size * sizeof(float));
  });
  const double needed = 2.0 * (nodes - 1) / nodes * static_cast<double>(size * sizeof(float));
  counted.sent_per_node = static_cast<double>(sent) / nodes / needed;
  return counted;
}

TEST(ExchangeScalingTest, CostPerRankDoesNotGrowWithTheNodes) {
  for (const bool sparse : {false, true}) {
    const Counted few = Count(8, 2, 128, sparse), many = Count(64, 2, 128, sparse);
    for (const Counted& counted : {few, many}) {
      EXPECT_GT(counted.sent_per_node, 0.999);
      EXPECT_LT(counted.sent_per_node, 1.02);
      EXPECT_LE(counted.sent_at_start, 2);
    }
    EXPECT_LE(many.most_messages, 3 * std::log2(64));
    EXPECT_LE(static_cast<double>(many.most_floats), 1.1 * static_cast<double>(few.most_floats));
  }
}

// Whatever the number of cores, a node sends one sum.
TEST(ExchangeScalingTest, NodesOfAnyNumberOfRanksSendTheSame) {
  const double powers = Count(8, 8, 64, false).sent_per_node;
  for (const int ranks : {6, 7, 9, 12, 13, 14})
    EXPECT_LT(Count(8, ranks, 64, false).sent_per_node, 1.03 * powers) << ranks;
}

// Numbers of nodes that are no powers of two need a little more.
TEST(ExchangeScalingTest, AnyNumberOfNodes) {
  for (const int nodes : {5, 6, 7, 12, 33, 63}) {
    const Counted counted = Count(nodes, 2, 128, false);
    EXPECT_LT(counted.sent_per_node, 1.15) << nodes;
  }
}

}  // namespace
}  // namespace elman
