// Blocks of flat arrays, sent from rank to rank.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/network/math/block_set.h"

namespace elman {

// A part of a flat array that begins with its element `first`.
struct ArrayPart {
  float* data = nullptr;
  int64_t first = 0;
  float* at(int64_t element) const { return data + (element - first); }
};

// How an element travels. What travels as bf16 must be one already (RoundToBf16).
enum class WireFormat { kFloat32, kBf16 };

// One exchange after another: Send and Receive what belongs to it, then Run. Sender and receiver
// must name the same blocks, in the same order for each pair of ranks. Long runs of floats travel
// as they lie in memory, whatever else packed together.
class BlockMessages {
 public:
  explicit BlockMessages(Communicator* communicator) : communicator_(communicator) {}

  // The elements within [begin, end) that lie in `blocks`.
  void Send(int peer, ArrayPart from, const BlockSet& blocks, int64_t begin, int64_t end);
  void Receive(int peer, ArrayPart to, const BlockSet& blocks, int64_t begin, int64_t end);

  // Sends and receives, all at once. Collective, also for ranks that have nothing to say.
  void Run(WireFormat format);

  int64_t bytes_sent() const { return bytes_sent_; }  // since the beginning

 private:
  // The runs of one direction, and where those travel that are packed.
  class Parcels {
   public:
    void Add(int peer, ArrayPart part, const BlockSet& blocks, int64_t begin, int64_t end);
    void Clear();
    // Makes room for what is packed and lists what is to travel.
    const std::vector<Communicator::Piece>& Pieces(WireFormat format);
    void Pack();
    void Unpack();

   private:
    struct Run {
      int peer;
      int parcel;  // the call of Add that it comes from
      float* elements;
      int64_t count;
    };
    static constexpr int64_t kShortRun = 4096;

    bool IsPacked(const Run& run) const {
      return format_ == WireFormat::kBf16 || run.count < kShortRun;
    }
    // Floats that a packed run takes.
    int64_t PackedSize(const Run& run) const {
      return format_ == WireFormat::kBf16 ? (run.count + 1) / 2 : run.count;
    }

    std::vector<Run> runs_;
    int parcels_ = 0;
    WireFormat format_ = WireFormat::kFloat32;
    std::vector<float> packed_;  // the packed runs, one behind another
    std::vector<Communicator::Piece> pieces_;
  };

  Communicator* const communicator_;
  Parcels sends_, receives_;
  int64_t bytes_sent_ = 0;
};

}  // namespace elman
