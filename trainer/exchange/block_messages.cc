#include "trainer/exchange/block_messages.h"

#include <algorithm>

namespace elman {

void BlockMessages::Parcels::Clear() {
  runs_.clear();
  parcels_ = 0;
}

void BlockMessages::Parcels::Add(int peer, ArrayPart part, const BlockSet& blocks, int64_t begin,
                                 int64_t end) {
  blocks.ForEachRun(begin, end, [&](int64_t first, int64_t count) {
    runs_.push_back({peer, parcels_, part.at(first), count});
  });
  ++parcels_;
}

const std::vector<Communicator::Piece>& BlockMessages::Parcels::Pieces() {
  size_t packed = 0;
  for (const Run& run : runs_) packed += run.IsShort() ? run.count : 0;
  packed_.resize(packed);
  pieces_.clear();
  float* next = packed_.data();
  int packed_parcel = -1;  // the parcel whose short runs the last piece carries
  for (const Run& run : runs_) {
    const auto count = static_cast<size_t>(run.count);
    if (!run.IsShort()) {
      pieces_.push_back({run.peer, {run.elements, count}});
      packed_parcel = -1;
      continue;
    }
    if (packed_parcel == run.parcel) {
      std::span<float>& floats = pieces_.back().floats;
      floats = {floats.data(), floats.size() + count};
    } else {
      pieces_.push_back({run.peer, {next, count}});
    }
    packed_parcel = run.parcel;
    next += count;
  }
  return pieces_;
}

void BlockMessages::Parcels::Pack() {
  float* next = packed_.data();
  for (const Run& run : runs_) {
    if (run.IsShort()) next = std::copy_n(run.elements, run.count, next);
  }
}

void BlockMessages::Parcels::Unpack() {
  const float* next = packed_.data();
  for (const Run& run : runs_) {
    if (!run.IsShort()) continue;
    std::copy_n(next, run.count, run.elements);
    next += run.count;
  }
}

void BlockMessages::Send(int peer, ArrayPart from, const BlockSet& blocks, int64_t begin,
                         int64_t end) {
  sends_.Add(peer, from, blocks, begin, end);
}

void BlockMessages::Receive(int peer, ArrayPart to, const BlockSet& blocks, int64_t begin,
                            int64_t end) {
  receives_.Add(peer, to, blocks, begin, end);
}

void BlockMessages::Run() {
  const auto& sends = sends_.Pieces();
  const auto& receives = receives_.Pieces();
  sends_.Pack();
  communicator_->Exchange(sends, receives);
  receives_.Unpack();
  for (const Communicator::Piece& piece : sends)
    bytes_sent_ += static_cast<int64_t>(piece.floats.size_bytes());
  sends_.Clear();
  receives_.Clear();
}

}  // namespace elman
