// Sends blocks of flat arrays from rank to rank.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/network/math/block_set.h"

namespace elman {

// A part of a flat array that begins at element `first` of the array.
struct ArrayPart {
  float* data = nullptr;
  int64_t first = 0;
  float* at(int64_t element) const { return data + (element - first); }
};

// How an element is sent. Elements sent as bf16 must already be rounded (RoundToBf16).
enum class WireFormat { kFloat32, kBf16 };

// A sequence of exchanges. For each exchange call Send and Receive for all its parts, then Run.
// Sender and receiver must name the same blocks, in the same order for each pair of ranks. Long
// runs of floats are sent directly from the array; all other runs are packed into one piece per
// rank.
class BlockMessages {
 public:
  explicit BlockMessages(Communicator* communicator) : communicator_(communicator) {}

  // Adds the elements within [begin, end) that lie in `blocks`.
  void Send(int peer, ArrayPart from, const BlockSet& blocks, int64_t begin, int64_t end);
  void Receive(int peer, ArrayPart to, const BlockSet& blocks, int64_t begin, int64_t end);

  // Sends and receives all parts concurrently. Collective, also for ranks without parts.
  void Run(WireFormat format);

  int64_t bytes_sent() const { return bytes_sent_; }  // since construction

 private:
  // The runs of one direction, and the buffer for those that are packed.
  class Parcels {
   public:
    void Add(int peer, ArrayPart part, const BlockSet& blocks, int64_t begin, int64_t end);
    void Clear();
    // Allocates the buffer for packed runs and returns the pieces to send or receive.
    const std::vector<Communicator::Piece>& Pieces(WireFormat format);
    void Pack();
    void Unpack();

   private:
    struct Run {
      int peer;
      int parcel;  // the call of Add that it belongs to
      float* elements;
      int64_t count;
    };
    static constexpr int64_t kShortRun = 4096;

    bool IsPacked(const Run& run) const {
      return format_ == WireFormat::kBf16 || run.count < kShortRun;
    }
    // Number of floats of the buffer that a packed run takes.
    int64_t PackedSize(const Run& run) const {
      return format_ == WireFormat::kBf16 ? (run.count + 1) / 2 : run.count;
    }

    std::vector<Run> runs_;
    int parcels_ = 0;
    WireFormat format_ = WireFormat::kFloat32;
    std::vector<float> packed_;  // the packed runs, concatenated
    std::vector<Communicator::Piece> pieces_;
  };

  Communicator* const communicator_;
  Parcels sends_, receives_;
  int64_t bytes_sent_ = 0;
};

}  // namespace elman
