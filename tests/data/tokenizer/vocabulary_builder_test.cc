#include "data/tokenizer/vocabulary_builder.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

TokenizerSpec Spec(TokenizerSpec::Kind kind) {
  TokenizerSpec spec;
  spec.set_kind(kind);
  return spec;
}

std::vector<std::string> Pieces(const absl::StatusOr<Vocabulary>& vocabulary) {
  EXPECT_THAT(vocabulary, IsOk());
  std::vector<std::string> pieces;
  for (uint32_t id = 0; id < vocabulary->predicted_size(); ++id) {
    pieces.push_back(vocabulary->piece(id));
  }
  return pieces;
}

class CountedVocabularyTest : public testing::Test {
 protected:
  CountedVocabularyTest() {
    for (const char* line : {"b c a c", "c b <unk>", "d"}) counts_.AddLine(spec_, line);
  }
  TokenizerSpec spec_ = Spec(TokenizerSpec::WHITESPACE);
  PieceCounts counts_;
};

TEST_F(CountedVocabularyTest, OrdersByCountAndThenByBytes) {
  EXPECT_THAT(Pieces(BuildCountedVocabulary(spec_, counts_)),
              ElementsAre("<unk>", "</s>", "c", "b", "a", "d"));
}

TEST_F(CountedVocabularyTest, LeavesOutRarePieces) {
  spec_.set_min_count(2);
  EXPECT_THAT(Pieces(BuildCountedVocabulary(spec_, counts_)),
              ElementsAre("<unk>", "</s>", "c", "b"));
}

TEST_F(CountedVocabularyTest, StaysWithinItsSize) {
  spec_.set_vocab_size(3);
  EXPECT_THAT(Pieces(BuildCountedVocabulary(spec_, counts_)), ElementsAre("<unk>", "</s>", "c"));
  spec_.set_vocab_size(100);
  EXPECT_EQ(Pieces(BuildCountedVocabulary(spec_, counts_)).size(), 6u);
}

TEST_F(CountedVocabularyTest, ReportsTheMostFrequentLeftOutPieces) {
  for (int i = 0; i < 20; ++i) counts_.Add("rare" + std::to_string(i), 1);
  spec_.set_vocab_size(3);
  PieceSelection selection(spec_);
  selection.AddAll(counts_);
  EXPECT_EQ(selection.left_out_types(), 24u);
  std::string listed;
  for (const Vocabulary::Entry& entry : selection.TakeLeftOut())
    listed += entry.piece + " " + std::to_string(entry.count) + ", ";
  EXPECT_EQ(listed,
            "b 2, <unk> 1, a 1, d 1, rare0 1, rare1 1, rare10 1, rare11 1, rare12 1, rare13 1, ");
  EXPECT_THAT(Pieces(selection.Build()), ElementsAre("<unk>", "</s>", "c"));
}

TEST_F(CountedVocabularyTest, AddsTheCountsOfOtherProcesses) {
  PieceCounts others;
  ASSERT_THAT(others.AddSerialized(counts_.Serialize()), IsOk());
  others.AddAll(counts_);
  EXPECT_EQ(others.CountOf("c"), 6u);
  EXPECT_EQ(others.CountOf("<unk>"), 2u);
  const std::string bytes = counts_.Serialize();
  EXPECT_FALSE(others.AddSerialized(bytes.substr(0, bytes.size() - 1)).ok());
}

TEST(PieceCounts, ConvertsToLowerCaseFirst) {
  TokenizerSpec spec = Spec(TokenizerSpec::WORD);
  spec.set_lowercase(true);
  PieceCounts counts;
  counts.AddLine(spec, "The the THE.");
  EXPECT_EQ(counts.CountOf("the"), 3u);
  EXPECT_EQ(counts.CountOf("."), 1u);
}

TEST(ByteVocabulary, HasEveryByteAtItsValue) {
  const auto vocabulary = BuildByteVocabulary();
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->predicted_size(), 257u);
  EXPECT_EQ(vocabulary->Find("A"), 65u);
  EXPECT_EQ(vocabulary->Find("\xff"), 255u);
  EXPECT_EQ(vocabulary->end_id(), 256u);
  EXPECT_EQ(vocabulary->unknown_id(), vocabulary->size());
}

TEST(WithCounts, ChangesCountsOnly) {
  const auto vocabulary = Vocabulary::Create({{"<unk>", 0}, {"</s>", 0}, {"a", 0}});
  ASSERT_THAT(vocabulary, IsOk());
  const auto counted = WithCounts(*vocabulary, {1, 2, 3, 0, 0});
  ASSERT_THAT(counted, IsOk());
  EXPECT_EQ(counted->ToText(), "<unk>\t1\n</s>\t2\na\t3\n<s>\t0\n<pad>\t0\n");
}

TEST_F(CountedVocabularyTest, DoesNotDependOnTheOrderOfPieces) {
  PieceCounts counts;
  for (uint32_t i = 0; i < 1000; ++i) counts.Add("w" + std::to_string(i * 7919 % 1000), i % 10 + 1);
  PieceCounts other_order;
  for (uint32_t i = 1000; i-- > 0;) other_order.Add(counts.piece(i), counts.count(i));
  for (const uint64_t size : {2, 3, 4, 500, 1001, 1002, 2000}) {
    spec_.set_vocab_size(size);
    const auto vocabulary = BuildCountedVocabulary(spec_, counts);
    EXPECT_EQ(vocabulary->predicted_size(), std::min<uint64_t>(size, 1002));
    EXPECT_EQ(BuildCountedVocabulary(spec_, other_order)->ToText(), vocabulary->ToText());
  }
}

TEST(LabelVocabulary, HasAllLabelsSortedByBytes) {
  PieceCounts counts;
  counts.Add("neg", 9);
  counts.Add("B-x", 1);
  counts.Add("<unk>", 2);
  const auto labels = BuildCountedVocabulary(Spec(TokenizerSpec::LABEL), counts);
  ASSERT_THAT(labels, IsOk());
  EXPECT_EQ(labels->ToText(), "<unk>\t2\nB-x\t1\nneg\t9\n");
  EXPECT_EQ(WithCounts(*labels, {5, 6, 7})->ToText(), "<unk>\t5\nB-x\t6\nneg\t7\n");
  EXPECT_FALSE(BuildCountedVocabulary(Spec(TokenizerSpec::LABEL), PieceCounts()).ok());
}

}  // namespace
}  // namespace elman
