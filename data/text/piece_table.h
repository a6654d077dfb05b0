// A hash table that numbers pieces of text in order of first occurrence, for vocabularies, counts
// and caches. It is optimized for the words of a text, which are short and frequently repeated.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace elman {

// Owns the bytes of its pieces. Uses open addressing. A slot contains the first eight bytes of its
// piece, which are sufficient to compare most words. Reading is safe for concurrent use.
class PieceTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  PieceTable() { single_bytes_.fill(kNone); }
  PieceTable(PieceTable&&) = default;
  PieceTable& operator=(PieceTable&&) = default;
  PieceTable(const PieceTable& other) : PieceTable() { AddAll(other); }
  PieceTable& operator=(const PieceTable& other) { return *this = PieceTable(other); }

  // The number of a piece; kNone if it is not in the table.
  uint32_t Find(std::string_view piece) const {
    if (piece.size() == 1) return single_bytes_[static_cast<unsigned char>(piece[0])];
    if (slots_.empty()) return kNone;
    const Key key = KeyOf(piece);
    return slots_[Locate(key, piece)].number;
  }

  // The number of a piece. A new piece gets the next number. At most 2^32 - 1 pieces are possible.
  uint32_t FindOrAdd(std::string_view piece) {
    const uint32_t number = Find(piece);
    return number != kNone ? number : Add(piece);
  }

  void Reserve(size_t pieces);
  void Clear();  // keeps the memory of slots and numbers

  uint32_t size() const { return static_cast<uint32_t>(pieces_.size()); }
  // Valid until the table is cleared or destroyed.
  std::string_view piece(uint32_t number) const { return pieces_[number]; }

  // Current memory.
  uint64_t memory_bytes() const;

 private:
  struct Key {
    uint64_t head;  // first eight bytes, padded with zeros
    // Pieces of at most eight bytes: size + 1; longer pieces: bits of the hash, with the highest
    // bit set; 0: empty slot.
    uint32_t mark;
    uint64_t hash;
  };
  struct Slot {
    uint64_t head = 0;
    uint32_t mark = 0;
    uint32_t number = kNone;
  };
  static constexpr size_t kHeadBytes = sizeof(uint64_t);

  // Both halves of the product depend on all bits of both factors (as in wyhash).
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
    // Two reads, which overlap unless the size is a power of two.
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

  // The slot of a piece, or the empty slot where it must be inserted.
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

  std::vector<Slot> slots_;                 // a power of two; at most two thirds are used
  std::array<uint32_t, 256> single_bytes_;  // numbers of the pieces of one byte
  std::vector<std::string_view> pieces_;    // their bytes are in blocks_
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // free memory in the last block
  size_t free_bytes_ = 0;
  uint64_t block_bytes_ = 0;  // of all blocks
};

}  // namespace elman
