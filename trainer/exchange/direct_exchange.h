// Exchange in which every node sends its sums directly to the owner of each slice, and the owner
// sends the new values directly to every node. For few nodes or large slices.
#pragma once

#include <vector>

#include "trainer/comm/float_array.h"
#include "trainer/exchange/node_exchange.h"

namespace elman {

class DirectExchange : public NodeExchange {
 public:
  explicit DirectExchange(const NodeExchangeContext& context);
  ArrayPart Reduce(uint64_t step, BlockSet* touched) override;
  void AllGather(std::span<const ArrayPart> columns, bool every_block, WireFormat format,
                 BlockSet* changed) override;

  // Number of floats that it allocates on a rank.
  static int64_t Floats(const ExchangePlan& plan, int rank);

 private:
  // The sum of this node over one of its subtrees, on the slice of an owner on another node.
  struct Outgoing {
    int owner;
    ArrayRange slice;
    LaneRange subtree;
    bool first;  // of the subtrees; its message has the words
    LaneSum sum;
    std::vector<std::byte> message;
  };
  // The sum of another node over one of its subtrees, on this rank's slice.
  struct Incoming {
    int courier;
    int node;
    LaneRange subtree;
    bool first;
    ArrayPart part;
    std::vector<std::byte> message;  // unused if it is received into `part`
  };

  bool SendsWords(ArrayRange slice) const;
  bool IsPlain(ArrayRange slice, LaneRange subtree) const;
  bool IsInput(const Outgoing& out) const;
  void PackSums(uint64_t step);
  void UnpackSums(BlockSet* touched);

  Communicator* const communicator_;
  const ExchangePlan& plan_;
  const NodeSums& node_sums_;
  const ArrayPart own_sum_;
  const ArrayRange mine_;
  std::vector<Outgoing> outgoing_;
  std::vector<Incoming> incoming_;
  std::vector<FloatArray> arrays_;
  std::vector<ArrayPart> inputs_;  // sums of this node's ranks, then those of other nodes
  std::vector<LaneSum> total_;     // one, on this rank's slice
  BlockSet node_touched_;
  // By node, on this rank's slice only: the blocks that the node touched in this step, and before.
  std::vector<BlockSet> touched_, touched_before_;
  std::vector<std::vector<std::byte>> packed_values_, received_values_;
};

}  // namespace elman
