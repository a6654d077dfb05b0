// How nodes send each other their sums and the new values.
#pragma once

#include <cstdint>
#include <span>

#include "trainer/comm/communicator.h"
#include "trainer/exchange/block_packing.h"
#include "trainer/exchange/exchange_plan.h"
#include "trainer/exchange/lane_sum.h"
#include "trainer/network/timing/phase_clock.h"

namespace elman {

// What an exchange between nodes works with. Everything must outlive it.
struct NodeExchangeContext {
  Communicator* communicator;
  const ExchangePlan* plan;
  const NodeSums* node_sums;
  ArrayPart own_sum;  // a partial sum of this rank, which may be overwritten on its slice
};

class NodeExchange {
 public:
  virtual ~NodeExchange() = default;

  // Adds the sums of all nodes on this rank's slice. Returns where they are, and sets the blocks of
  // the slice that any lane touched in `touched`. `step` selects the random numbers for rounding.
  // Collective.
  virtual ArrayPart Reduce(uint64_t step, BlockSet* touched) = 0;

  // Sends this rank's slice of an array to all nodes: afterwards the rank has the columns that it
  // handles. `columns` has the array for each of them, in order; the first column contains the
  // slice. Sends the blocks in `changed`, or with `every_block` all; afterwards `changed` also has
  // the blocks that were received. Collective.
  virtual void AllGather(std::span<const ArrayPart> columns, bool every_block, WireFormat format,
                         BlockSet* changed) = 0;

  void Watch(const PhaseClock* clock) { clock_ = clock; }
  int64_t bytes_sent() const { return bytes_sent_; }  // since construction

 protected:
  // Sends and receives, and counts what is sent.
  void Run(Communicator* communicator, std::span<const Communicator::Piece> sends,
           std::span<const Communicator::Piece> receives) {
    for (const Communicator::Piece& piece : sends)
      bytes_sent_ += static_cast<int64_t>(piece.bytes.size());
    communicator->Exchange(sends, receives);
  }
  const PhaseClock* clock_ = nullptr;

 private:
  int64_t bytes_sent_ = 0;
};

}  // namespace elman
