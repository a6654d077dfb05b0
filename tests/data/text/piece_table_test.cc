#include "data/text/piece_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace elman {
namespace {

TEST(PieceTable, NumbersPiecesInOrderOfFirstOccurrence) {
  PieceTable table;
  EXPECT_EQ(table.Find("a"), PieceTable::kNone);
  EXPECT_EQ(table.Find("word"), PieceTable::kNone);
  EXPECT_EQ(table.FindOrAdd("word"), 0u);
  EXPECT_EQ(table.FindOrAdd("a"), 1u);
  EXPECT_EQ(table.FindOrAdd("word"), 0u);
  EXPECT_EQ(table.FindOrAdd(""), 2u);
  EXPECT_EQ(table.Find("a"), 1u);
  EXPECT_EQ(table.Find(""), 2u);
  EXPECT_EQ(table.piece(0), "word");
  EXPECT_EQ(table.size(), 3u);
}

// Pieces of every length near the size of a slot's head that differ in one byte, including zeros.
TEST(PieceTable, DistinguishesSimilarPieces) {
  std::map<std::string, uint32_t> expected;
  PieceTable table;
  for (size_t size = 1; size <= 40; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (const char byte : {'\0', 'x', '\xff'}) {
        std::string piece(size, '\0');
        piece[at] = byte;
        const auto [entry, added] = expected.emplace(piece, table.size());
        EXPECT_EQ(table.Find(piece), added ? PieceTable::kNone : entry->second);
        EXPECT_EQ(table.FindOrAdd(piece), entry->second);
      }
    }
  }
  for (const auto& [piece, number] : expected) {
    EXPECT_EQ(table.Find(piece), number);
    EXPECT_EQ(table.piece(number), piece);
  }
}

TEST(PieceTable, HoldsAMillion) {
  PieceTable table;
  for (uint32_t i = 0; i < 1'000'000; ++i)
    ASSERT_EQ(table.FindOrAdd("word" + std::to_string(i)), i);
  const PieceTable copy = table;
  table.Clear();
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.Find("word7"), PieceTable::kNone);
  EXPECT_EQ(table.FindOrAdd("new"), 0u);
  for (uint32_t i = 0; i < 1'000'000; ++i) ASSERT_EQ(copy.Find("word" + std::to_string(i)), i);
  EXPECT_LT(copy.memory_bytes(), 80'000'000u);
}

}  // namespace
}  // namespace elman
