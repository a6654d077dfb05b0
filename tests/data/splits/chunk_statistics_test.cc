#include "data/splits/chunk_statistics.h"

#include <string_view>
#include <vector>

#include "tests/support/scratch.h"

namespace elman {
namespace {

TextFindings Some() {
  TextFindings findings;
  findings.Clear(2);
  findings.left_out = {1, 2, 3, 4};
  findings.notices.kinds[TextNotices::kHeader] = {13, 14, "FILE: line 1", "label\ttext"};
  findings.invalid_examples = 5;
  findings.unseen_labels.Add("label", 6);
  findings.tag_pairs.AddSentence(std::vector<std::string_view>{"B-x", "O", "B-y"});
  findings.unknown_words[1].Add("word", 7);
  findings.restoration.exact_lines = 10;
  findings.restoration.edited_lines = 11;
  for (size_t i = 0; i < findings.restoration.operations.size(); ++i)
    findings.restoration.operations[i] = 12 + i;
  findings.content_hashes = {8, 9};
  return findings;
}

TEST(TextFindingsTest, AreParsedFromBytes) {
  const auto parsed = TextFindings::Parse(Some().Serialize());
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

TEST(TextFindingsTest, RefuseTruncatedBytes) {
  const std::string bytes = Some().Serialize();
  const size_t whole_hash = bytes.size() - sizeof(uint64_t);
  for (size_t size = 0; size < bytes.size(); ++size) {
    if (size == whole_hash || size == whole_hash - sizeof(uint64_t)) continue;
    EXPECT_FALSE(TextFindings::Parse(bytes.substr(0, size)).ok()) << size;
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
