#include "data/splits/chunk_statistics.h"

#include <string_view>
#include <vector>

#include "tests/support/scratch.h"

namespace elman {
namespace {

ChunkStatistics Some() {
  ChunkStatistics statistics;
  statistics.Clear(2);
  statistics.left_out = {1, 2, 3, 4};
  statistics.notices.kinds[TextNotices::kHeader] = {13, 14, "FILE: line 1", "label\ttext"};
  statistics.invalid_examples = 5;
  statistics.unseen_labels.Add("label", 6);
  statistics.tag_pairs.AddSentence(std::vector<std::string_view>{"B-x", "O", "B-y"});
  statistics.unknown_words[1].Add("word", 7);
  statistics.restoration.exact_lines = 10;
  statistics.restoration.edited_lines = 11;
  for (size_t i = 0; i < statistics.restoration.operations.size(); ++i)
    statistics.restoration.operations[i] = 12 + i;
  statistics.content_hashes = {8, 9};
  return statistics;
}

TEST(ChunkStatisticsTest, AreParsedFromBytes) {
  const auto parsed = ChunkStatistics::Parse(Some().Serialize());
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->left_out.empty_lines, 1u);
  EXPECT_EQ(parsed->left_out.half_pairs, 2u);
  EXPECT_EQ(parsed->left_out.document_marks, 3u);
  EXPECT_EQ(parsed->left_out.invalid_examples, 4u);
  const TextNotices::Notice& header = parsed->notices.kinds[TextNotices::kHeader];
  EXPECT_EQ(header.lines, 13u);
  EXPECT_EQ(header.chunk, 14u);
  EXPECT_EQ(header.place, "FILE: line 1");
  EXPECT_EQ(header.text, "label\ttext");
  EXPECT_EQ(parsed->invalid_examples, 5u);
  EXPECT_EQ(parsed->unseen_labels.CountOf("label"), 6u);
  EXPECT_EQ(parsed->tag_pairs.Entities(FieldEntry::IOB2), 2u);
  ASSERT_EQ(parsed->unknown_words.size(), 2u);
  EXPECT_EQ(parsed->unknown_words[0].size(), 0u);
  EXPECT_EQ(parsed->unknown_words[1].CountOf("word"), 7u);
  EXPECT_EQ(parsed->restoration.exact_lines, 10u);
  EXPECT_EQ(parsed->restoration.edited_lines, 11u);
  EXPECT_EQ(parsed->restoration.operations, Some().restoration.operations);
  EXPECT_THAT(parsed->content_hashes, testing::ElementsAre(8, 9));
}

TEST(ChunkStatisticsTest, RefuseTruncatedBytes) {
  const std::string bytes = Some().Serialize();
  const size_t whole_hash = bytes.size() - sizeof(uint64_t);
  for (size_t size = 0; size < bytes.size(); ++size) {
    if (size == whole_hash || size == whole_hash - sizeof(uint64_t)) continue;
    EXPECT_FALSE(ChunkStatistics::Parse(bytes.substr(0, size)).ok()) << size;
  }
}

// For any order in which threads and ranks process their chunks.
TEST(TextNoticesSumTest, KeepsTheFirstPlace) {
  TextNotices early, late, none;
  early.kinds[0] = {2, 3, "early", ""};
  late.kinds[0] = {5, 9, "late", ""};
  for (const auto& order : {std::vector{early, late, none}, std::vector{late, none, early}}) {
    TextNotices all;
    for (const TextNotices& one : order) EXPECT_THAT(all.AddSerialized(one.Serialize()), IsOk());
    EXPECT_EQ(all.kinds[0].place, "early");
    EXPECT_EQ(all.kinds[0].lines, 7u);
    EXPECT_EQ(all.kinds[1].lines, 0u);
  }
}

}  // namespace
}  // namespace elman
