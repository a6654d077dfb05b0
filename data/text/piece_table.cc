#include "data/text/piece_table.h"

#include <algorithm>
#include <bit>

namespace elman {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 16;
constexpr size_t kMinSlots = 64;

}  // namespace

uint32_t PieceTable::Add(std::string_view piece) {
  const uint32_t number = size();
  pieces_.push_back(Keep(piece));
  if (piece.size() == 1) {
    single_bytes_[static_cast<unsigned char>(piece[0])] = number;
    return number;
  }
  if (slots_.empty() || size() > slots_.size() / 3 * 2)
    Grow(std::max(kMinSlots, 2 * slots_.size()));
  const Key key = KeyOf(piece);
  slots_[Locate(key, piece)] = {key.head, key.mark, number};
  return number;
}

void PieceTable::AddAll(const PieceTable& other) {
  Reserve(other.size());
  for (const std::string_view piece : other.pieces_) Add(piece);
}

void PieceTable::Reserve(size_t pieces) {
  pieces_.reserve(pieces);
  const size_t slots = std::bit_ceil(std::max(kMinSlots, pieces / 2 * 3 + 3));
  if (slots > slots_.size()) Grow(slots);
}

void PieceTable::Grow(size_t slots) {
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(slots, Slot());
  for (const Slot& slot : before) {
    if (slot.mark != 0) {
      const std::string_view piece = pieces_[slot.number];
      slots_[Locate(KeyOf(piece), piece)] = slot;
    }
  }
}

void PieceTable::Clear() {
  std::fill(slots_.begin(), slots_.end(), Slot());
  single_bytes_.fill(kNone);
  pieces_.clear();
  blocks_.clear();
  free_bytes_ = block_bytes_ = 0;
}

std::string_view PieceTable::Keep(std::string_view piece) {
  if (piece.size() > free_bytes_) {
    free_bytes_ = std::max(kBlockBytes, piece.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(free_bytes_));
    block_bytes_ += free_bytes_;
    free_ = blocks_.back().get();
  }
  const std::string_view kept(free_, piece.size());
  if (!piece.empty()) std::memcpy(free_, piece.data(), piece.size());
  free_ += piece.size();
  free_bytes_ -= piece.size();
  return kept;
}

uint64_t PieceTable::memory_bytes() const {
  return slots_.capacity() * sizeof(Slot) + pieces_.capacity() * sizeof(std::string_view) +
         block_bytes_;
}

}  // namespace elman
