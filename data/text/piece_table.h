// Numbers pieces of text in the order they come, and finds them again: what vocabularies, counts
// and caches of words are made of. Built for the words of a text, which are short, repeat
// themselves, and are looked up by the hundred million.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace elman {

// Owns the bytes of its pieces. Open addressing; a slot holds the first eight bytes of its piece,
// which for most words is all there is to compare. Reading is safe for any number of threads.
class PieceTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  PieceTable() { single_bytes_.fill(kNone); }
  PieceTable(PieceTable&&) = default;
  PieceTable& operator=(PieceTable&&) = default;
  PieceTable(const PieceTable& other) : PieceTable() { AddAll(other); }
  PieceTable& operator=(const PieceTable& other) { return *this = PieceTable(other); }

  // The number of a piece; kNone if it has none.
  uint32_t Find(std::string_view piece) const {
    if (piece.size() == 1) return single_bytes_[static_cast<unsigned char>(piece[0])];
    if (slots_.empty()) return kNone;
    const Key key = KeyOf(piece);
    return slots_[Locate(key, piece)].number;
  }

  // The number of a piece, the next one if it has none. There may be 2^32 - 1.
  uint32_t FindOrAdd(std::string_view piece) {
    const uint32_t number = Find(piece);
    return number != kNone ? number : Add(piece);
  }

  void Reserve(size_t pieces);
  void Clear();  // keeps the room of slots and numbers

  uint32_t size() const { return static_cast<uint32_t>(pieces_.size()); }
  // Valid as long as the table, and until it is cleared.
  std::string_view piece(uint32_t number) const { return pieces_[number]; }

  // What it takes now.
  uint64_t memory_bytes() const;

 private:
  struct Key {
    uint64_t head;  // the first eight bytes, zeros behind
    uint32_t mark;  // of up to eight bytes, how many and one; of more, bits of the hash and the top
                    // bit; 0 is an empty slot's
    uint64_t hash;
  };
  struct Slot {
    uint64_t head = 0;
    uint32_t mark = 0;
    uint32_t number = kNone;
  };
  static constexpr size_t kHeadBytes = sizeof(uint64_t);

  // Both halves of the product depend on all bits of both factors (after wyhash).
  static uint64_t Fold(uint64_t a, uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  template <typename T>
  static uint64_t Load(const char* bytes) {
    T number;
    std::memcpy(&number, bytes, sizeof(number));
    return number;
  }
  static uint64_t HeadOf(std::string_view piece) {
    const char* bytes = piece.data();
    const size_t size = piece.size();
    if (size >= 8) return Load<uint64_t>(bytes);
    // Two reads that overlap where the size is no power of two.
    if (size >= 4)
      return Load<uint32_t>(bytes) | Load<uint32_t>(bytes + size - 4) << 8 * (size - 4);
    if (size >= 2)
      return Load<uint16_t>(bytes) | Load<uint16_t>(bytes + size - 2) << 8 * (size - 2);
    return size == 1 ? Load<uint8_t>(bytes) : 0;
  }
  static Key KeyOf(std::string_view piece) {
    constexpr uint64_t kFactor = 0x9fb21c651e98df25u;
    const uint64_t head = HeadOf(piece);
    uint64_t hash = Fold(head ^ 0xa0761d6478bd642fu, piece.size() ^ 0xe7037ed1a0b428dbu);
    if (piece.size() <= kHeadBytes) {
      return {head, static_cast<uint32_t>(piece.size() + 1), hash};
    }
    for (size_t at = kHeadBytes; at + kHeadBytes < piece.size(); at += kHeadBytes)
      hash = Fold(hash ^ Load<uint64_t>(piece.data() + at), kFactor);
    hash = Fold(hash ^ Load<uint64_t>(piece.data() + piece.size() - kHeadBytes), kFactor);
    return {head, static_cast<uint32_t>(hash >> 32) | 0x80000000u, hash};
  }

  // The slot of a piece, or the empty one where it belongs.
  size_t Locate(const Key& key, std::string_view piece) const {
    const size_t mask = slots_.size() - 1;
    for (size_t at = key.hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.mark == 0) return at;
      if (slot.head == key.head && slot.mark == key.mark &&
          (piece.size() <= kHeadBytes || pieces_[slot.number] == piece)) {
        return at;
      }
    }
  }

  uint32_t Add(std::string_view piece);
  void AddAll(const PieceTable& other);
  void Grow(size_t slots);
  std::string_view Keep(std::string_view piece);

  std::vector<Slot> slots_;                 // a power of two of them, at most two thirds taken
  std::array<uint32_t, 256> single_bytes_;  // the numbers of pieces of one byte
  std::vector<std::string_view> pieces_;    // in blocks_
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // in the last block
  size_t free_bytes_ = 0;
  uint64_t block_bytes_ = 0;  // of all blocks
};

}  // namespace elman
