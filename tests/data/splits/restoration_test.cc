#include "data/splits/restoration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "data/format/characters.h"

namespace elman {
namespace {

using Operation = LineRestoration::Operation;

uint64_t Sum(const LineRestoration& counts, Operation operation) {
  uint64_t sum = 0;
  for (size_t i = operation; i < counts.operations.size(); i += kRestorationKinds)
    sum += counts.operations[i];
  return sum;
}

uint64_t Inserted(const LineRestoration& counts) {
  return Sum(counts, LineRestoration::kInsertSpace) + Sum(counts, LineRestoration::kInsertByte);
}

uint64_t At(const LineRestoration& counts, int before, int after, Operation operation) {
  return counts.operations[kRestorationKinds * (4 * before + after) + operation];
}

LineRestoration Of(const std::string& raw, const std::string& restored) {
  LineRestoration counts;
  counts.Add(raw, restored);
  return counts;
}

TEST(RestorationTest, NeedsNoOperationsForARestoredLine) {
  const LineRestoration counts = Of("A line.", "A line.");
  EXPECT_EQ(counts.exact_lines, 1u);
  EXPECT_EQ(counts.edited_lines, 0u);
  EXPECT_EQ(std::reduce(counts.operations.begin(), counts.operations.end()), 0u);
}

TEST(RestorationTest, CountsCapitalsInTheirContext) {
  const LineRestoration counts = Of("The Ärzte", "the ärzte");
  EXPECT_EQ(counts.edited_lines, 1u);
  EXPECT_EQ(Sum(counts, LineRestoration::kRaise), 2u);
  EXPECT_EQ(Sum(counts, LineRestoration::kCopy), 7u + 1) << "and the end of the line";
  EXPECT_EQ(At(counts, LineRestoration::kNoCharacter, LineRestoration::kOtherCharacter,
               LineRestoration::kRaise),
            1u);
  EXPECT_EQ(At(counts, LineRestoration::kSpaceCharacter, LineRestoration::kOtherCharacter,
               LineRestoration::kRaise),
            1u);
  EXPECT_EQ(At(counts, LineRestoration::kOtherCharacter, LineRestoration::kNoCharacter,
               LineRestoration::kCopy),
            1u);
}

TEST(RestorationTest, CountsDeletedAndInsertedSpaces) {
  const LineRestoration joined = Of("a-b \"c\"  d", "a - b \" c \" d");
  EXPECT_EQ(Sum(joined, LineRestoration::kDelete), 4u);
  EXPECT_EQ(Sum(joined, LineRestoration::kInsertSpace), 1u);
  EXPECT_EQ(Sum(joined, LineRestoration::kCopy), 9u + 1);
  EXPECT_EQ(Sum(Of("\xe2\x80\xa6 x", "... x"), LineRestoration::kInsertByte), 3u);
  EXPECT_EQ(Sum(Of("\xe2\x80\xa6 x", "... x"), LineRestoration::kDelete), 3u);
  EXPECT_EQ(Sum(Of("", "abc"), LineRestoration::kDelete), 3u);
  EXPECT_EQ(Sum(Of("abc", ""), LineRestoration::kInsertByte), 3u);
  EXPECT_EQ(Sum(Of("\xff"
                   "ab",
                   "ab"),
                LineRestoration::kInsertByte),
            1u);
}

// The Kelvin sign is not restored as the capital of k, because a decoder would write K.
TEST(RestorationTest, RaisesOnlyToTheCapitalOfADecoder) {
  EXPECT_EQ(RaisedCase('k'), U'K');
  EXPECT_EQ(RaisedCase(0x1c6), 0x1c4u);
  EXPECT_EQ(RaisedCase('K'), U'K');
  EXPECT_EQ(RaisedCase(0x4e00), 0x4e00u);
  for (char32_t c = 0; c < 0x20000; ++c) {
    if (RaisedCase(c) != c) {
      EXPECT_EQ(LowerCase(RaisedCase(c)), c);
    }
  }
  const LineRestoration counts = Of("\xe2\x84\xaa", "k");
  EXPECT_EQ(Sum(counts, LineRestoration::kRaise), 0u);
  EXPECT_EQ(Sum(counts, LineRestoration::kInsertByte), 3u);
  EXPECT_EQ(Sum(counts, LineRestoration::kDelete), 1u);
}

// For all lines: every character of the restored line is copied, raised or deleted, and the raw
// line consists of what was copied, raised and inserted.
TEST(RestorationTest, OperationsAddUpToBothLines) {
  uint32_t x = 7;
  const auto draw = [&](uint32_t n) { return (x = x * 1664525 + 1013904223) / 65536 % n; };
  for (int round = 0; round < 2000; ++round) {
    std::string raw, restored;
    for (uint32_t i = draw(60); i > 0; --i) raw += "aAbB. -\t"[draw(8)];
    restored = LowerCase(raw);
    for (uint32_t i = draw(8); i > 0 && !restored.empty(); --i) {
      const size_t at = draw(static_cast<uint32_t>(restored.size()));
      if (draw(2) == 0) restored.erase(at, 1 + draw(5));
      if (draw(2) == 0) restored.insert(std::min(at, restored.size()), " x.");
    }
    if (raw == restored) continue;
    const LineRestoration counts = Of(raw, restored);
    const uint64_t kept =
        Sum(counts, LineRestoration::kCopy) + Sum(counts, LineRestoration::kRaise) - 1;
    ASSERT_EQ(kept + Inserted(counts), raw.size()) << raw << "|" << restored;
    ASSERT_EQ(kept + Sum(counts, LineRestoration::kDelete), restored.size());
  }
}

}  // namespace
}  // namespace elman
