#include "trainer/exchange/block_messages.h"

#include <algorithm>

#include "trainer/exchange/bf16.h"

namespace elman {
namespace {

// An alias type, because it is stored in memory of floats.
using Bf16 __attribute__((may_alias)) = uint16_t;

}  // namespace

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

const std::vector<Communicator::Piece>& BlockMessages::Parcels::Pieces(WireFormat format) {
  format_ = format;
  size_t packed = 0;
  for (const Run& run : runs_) packed += IsPacked(run) ? PackedSize(run) : 0;
  packed_.resize(packed);
  pieces_.clear();
  float* next = packed_.data();
  int packed_parcel = -1;  // the parcel whose packed runs are in the last piece
  for (const Run& run : runs_) {
    if (!IsPacked(run)) {
      pieces_.push_back({run.peer, {run.elements, static_cast<size_t>(run.count)}});
      packed_parcel = -1;
      continue;
    }
    const auto size = static_cast<size_t>(PackedSize(run));
    if (packed_parcel == run.parcel) {
      std::span<std::byte>& bytes = pieces_.back().bytes;
      bytes = {bytes.data(), bytes.size() + size * sizeof(float)};
    } else {
      pieces_.push_back({run.peer, {next, size}});
    }
    packed_parcel = run.parcel;
    next += size;
  }
  return pieces_;
}

void BlockMessages::Parcels::Pack() {
  float* next = packed_.data();
  for (const Run& run : runs_) {
    if (!IsPacked(run)) continue;
    if (format_ == WireFormat::kBf16) {
      std::transform(run.elements, run.elements + run.count, reinterpret_cast<Bf16*>(next), ToBf16);
    } else {
      std::copy_n(run.elements, run.count, next);
    }
    next += PackedSize(run);
  }
}

void BlockMessages::Parcels::Unpack() {
  const float* next = packed_.data();
  for (const Run& run : runs_) {
    if (!IsPacked(run)) continue;
    if (format_ == WireFormat::kBf16) {
      const auto* from = reinterpret_cast<const Bf16*>(next);
      std::transform(from, from + run.count, run.elements, FromBf16);
    } else {
      std::copy_n(next, run.count, run.elements);
    }
    next += PackedSize(run);
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

void BlockMessages::Run(WireFormat format) {
  const auto& sends = sends_.Pieces(format);
  const auto& receives = receives_.Pieces(format);
  sends_.Pack();
  communicator_->Exchange(sends, receives);
  receives_.Unpack();
  for (const Communicator::Piece& piece : sends)
    bytes_sent_ += static_cast<int64_t>(piece.bytes.size());
  sends_.Clear();
  receives_.Clear();
}

}  // namespace elman
