// Blocks of flat arrays, sent from rank to rank.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/math/block_set.h"

namespace elman {

// A part of a flat array that begins with its element `first`.
struct ArrayPart {
  float* data = nullptr;
  int64_t first = 0;
  float* at(int64_t element) const { return data + (element - first); }
};

// One exchange after another: Send and Receive what belongs to it, then Run. Sender and receiver
// must name the same blocks, in the same order for each pair of ranks. Long runs of blocks travel
// as they lie in memory, short ones packed together.
class BlockMessages {
 public:
  explicit BlockMessages(Communicator* communicator) : communicator_(communicator) {}

  // The elements within [begin, end) that lie in `blocks`.
  void Send(int peer, ArrayPart from, const BlockSet& blocks, int64_t begin, int64_t end);
  void Receive(int peer, ArrayPart to, const BlockSet& blocks, int64_t begin, int64_t end);

  // Sends and receives, all at once. Collective, also for ranks that have nothing to say.
  void Run();

  int64_t bytes_sent() const { return bytes_sent_; }  // since the beginning

 private:
  // The runs of one direction, and where the short ones travel.
  class Parcels {
   public:
    void Add(int peer, ArrayPart part, const BlockSet& blocks, int64_t begin, int64_t end);
    void Clear();
    // Makes room for the short runs and lists what is to travel.
    const std::vector<Communicator::Piece>& Pieces();
    void Pack();
    void Unpack();

   private:
    struct Run {
      int peer;
      int parcel;  // the call of Add that it comes from
      float* elements;
      int64_t count;
      bool IsShort() const { return count < kShortRun; }
    };
    static constexpr int64_t kShortRun = 4096;

    std::vector<Run> runs_;
    int parcels_ = 0;
    std::vector<float> packed_;  // the short runs, one behind another
    std::vector<Communicator::Piece> pieces_;
  };

  Communicator* const communicator_;
  Parcels sends_, receives_;
  int64_t bytes_sent_ = 0;
};

}  // namespace elman
