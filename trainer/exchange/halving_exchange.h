// Exchange in rounds, in each of which a rank sends to one other node (recursive halving and
// doubling; Thakur, Rabenseifner and Gropp, 2005). With n nodes, a rank sends about 2 log2(n)
// messages per step, and as many bytes as in the direct exchange. For many nodes.
//
// The nodes are divided into blocks: the first has the largest power of two, the next the largest
// power of two of the rest, and so on. In each round of Reduce, the nodes of a block form pairs,
// beginning with neighbors. Both nodes of a pair have a sum over as many nodes, on the same parts
// of a column. Each sends the sums on one half of the parts, and adds what it receives to the other
// half. So the sums are those of the lane tree. Then the nodes of each block, beginning with the
// smallest, send their sums to those of the next larger block. The nodes of the first block have
// all sums, and send the slices of other nodes to their owners. AllGather is the same in reverse.
#pragma once

#include <vector>

#include "trainer/comm/float_array.h"
#include "trainer/exchange/node_exchange.h"

namespace elman {

class HalvingExchange : public NodeExchange {
 public:
  explicit HalvingExchange(const NodeExchangeContext& context);
  ArrayPart Reduce(uint64_t step, BlockSet* touched) override;
  void AllGather(std::span<const ArrayPart> columns, bool every_block, WireFormat format,
                 BlockSet* changed) override;

  // Number of floats that it allocates on a rank.
  static int64_t Floats(const ExchangePlan& plan, int rank);

 private:
  // The nodes [first, first + size).
  struct Block {
    int first;
    int size;
  };
  // Parts [first, end) of a column.
  struct PartRange {
    int first;
    int end;
  };
  // A column that this rank handles, and the sums of lanes on it.
  struct Column {
    int number;
    ArrayPart sums;
    LaneSum node_sum;
  };
  // A message to or from the rank of another node that handles the column.
  struct Transfer {
    int peer;
    ArrayRange range;
    WireFormat format;
    bool every_block;  // the message has no words
    bool is_plain() const { return every_block && format == WireFormat::kFloat32; }
  };

  PartRange AllParts() const { return {0, plan_.parts()}; }
  PartRange PartsOf(int position, int size) const;
  ArrayRange ElementsOf(const Column& column, PartRange parts) const;
  LaneRange LanesAfterRound(int round) const;
  Transfer To(const Column& column, int node, ArrayRange range, WireFormat format,
              bool every_block) const;
  void SumNode(uint64_t step, Column* column);
  void ReduceColumn(uint64_t step, Column* column);
  void AddReceived(const Transfer& transfer, ArrayPart sums);
  void RoundSums(uint64_t step, LaneRange node, ArrayRange range, ArrayPart sums);
  void SkipColumn();
  void GatherColumn(const Column& column, ArrayPart array, bool every_block, WireFormat format,
                    BlockSet* changed);
  void Exchange(const std::vector<Transfer>& sends, const std::vector<Transfer>& receives,
                ArrayPart from, const BlockSet& blocks, ArrayPart into = {});
  void Store(const std::vector<Transfer>& receives, ArrayPart array, BlockSet* blocks);

  Communicator* const communicator_;
  const ExchangePlan& plan_;
  const NodeSums& node_sums_;
  const int node_;
  std::vector<Block> blocks_;  // largest first
  int my_block_ = 0;           // number of this node's block
  int position_ = 0;           // of this node in its block
  int most_columns_ = 0;       // that a rank of any node handles
  std::vector<Column> columns_;
  std::vector<FloatArray> arrays_;
  BlockSet touched_, received_blocks_;
  std::vector<std::vector<std::byte>> sent_, received_;
};

}  // namespace elman
