#include "data/text/vocabulary.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

using Entries = std::vector<Vocabulary::Entry>;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

TEST(Vocabulary, PutsTheInputOnlyPiecesLast) {
  const auto vocabulary = Vocabulary::Create({{"<unk>", 0}, {"</s>", 2}, {"the", 5}});
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 5u);
  EXPECT_EQ(vocabulary->predicted_size(), 3u);
  EXPECT_EQ(vocabulary->unknown_id(), 0u);
  EXPECT_EQ(vocabulary->end_id(), 1u);
  EXPECT_EQ(vocabulary->piece(vocabulary->start_id()), "<s>");
  EXPECT_EQ(vocabulary->piece(vocabulary->pad_id()), "<pad>");
  EXPECT_EQ(vocabulary->Find("the"), 2u);
  EXPECT_EQ(vocabulary->Find("unseen"), 0u);
  EXPECT_EQ(vocabulary->count(2), 5u);
}

TEST(Vocabulary, MayHaveNoUnknownPiece) {
  const auto vocabulary = Vocabulary::Create({{"a", 0}, {"</s>", 0}});
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->unknown_id(), vocabulary->size());
  EXPECT_EQ(vocabulary->Find("unseen"), vocabulary->size());
}

TEST(Vocabulary, RefusesBadTables) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Vocabulary::Create(Entries{{"a", 0}}), FailsWith(kInvalid, "no </s>"));
  EXPECT_THAT(Vocabulary::Create({{"</s>", 0}, {"a", 0}, {"a", 0}}), FailsWith(kInvalid, "'a'"));
  EXPECT_THAT(Vocabulary::Create({{"</s>", 0}, {"<s>", 0}}), FailsWith(kInvalid, "'<s>'"));
  EXPECT_THAT(Vocabulary::Create({{"</s>", 0}, {"", 0}}), FailsWith(kInvalid, "empty"));
}

TEST(Vocabulary, RoundTripsAwkwardPieces) {
  Entries entries = {{"</s>", 1}};
  for (int byte = 0; byte < 256; ++byte)
    entries.push_back({std::string(1, static_cast<char>(byte)), 0});
  for (const char* piece :
       {"\\n", "\\x41", "a\tb", "我", "▁the", "\xe2\x82", "é\xff", "\xc2\x85"}) {
    entries.push_back({piece, 18446744073709551615u});
  }
  const auto vocabulary = Vocabulary::Create(entries);
  ASSERT_THAT(vocabulary, IsOk());
  const std::string text = vocabulary->ToText();
  const auto parsed = Vocabulary::Parse(text, "file");
  ASSERT_THAT(parsed, IsOk());
  ASSERT_EQ(parsed->size(), vocabulary->size());
  for (uint32_t id = 0; id < parsed->size(); ++id) {
    EXPECT_EQ(parsed->piece(id), vocabulary->piece(id)) << id;
    EXPECT_EQ(parsed->count(id), vocabulary->count(id)) << id;
  }
  EXPECT_EQ(parsed->ToText(), text);
}

TEST(Vocabulary, WritesOneReadableLinePerPiece) {
  const auto vocabulary =
      Vocabulary::Create({{"</s>", 3}, {"naïve", 2}, {"a\tb\\", 1}, {"\x01\xff", 0}, {"\n\r", 0}});
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->ToText(),
            "</s>\t3\nnaïve\t2\na\\tb\\\\\t1\n\\x01\\xff\t0\n\\n\\r\t0\n<s>\t0\n<pad>\t0\n");
}

TEST(Vocabulary, NamesTheBadLine) {
  const std::string end = "<s>\t0\n<pad>\t0\n";
  ASSERT_THAT(Vocabulary::Parse("</s>\t0\n" + end, "file"), IsOk());
  for (const std::string& line :
       {std::string("a"), std::string("a\t"), std::string("a\t-1"), std::string("a\t01"),
        std::string("a\t1 "), std::string("a\\\t1"), std::string("a\\q\t1"),
        std::string("\\xZZ\t1"), std::string("\\x4\t1"), std::string("a\t18446744073709551616")}) {
    EXPECT_THAT(Vocabulary::Parse("</s>\t0\n" + line + "\n" + end, "file"),
                FailsWith(kDataLoss, "file: line 2"))
        << line;
  }
  EXPECT_THAT(Vocabulary::Parse("</s>\t0\n<s>\t0\n<pad>\t0", "file"),
              FailsWith(kDataLoss, "line 3"));
  EXPECT_THAT(Vocabulary::Parse("</s>\t0\na\t1\n", "file"), FailsWith(kDataLoss, "<pad>"));
  EXPECT_THAT(Vocabulary::Parse("a\t1\na\t1\n</s>\t0\n" + end, "file"),
              FailsWith(kDataLoss, "same token"));
  EXPECT_THAT(Vocabulary::Parse("", "file"), FailsWith(kDataLoss, "file"));
}

// Different texts are different vocabularies: other spellings of an entry are refused.
TEST(Vocabulary, HasOneSpelling) {
  const std::string end = "<s>\t0\n<pad>\t0\n";
  for (const std::string& piece :
       {std::string("\\x41"), std::string("\\x09"), std::string("\\xe6\\x88\\x91"),
        std::string("\x01"), std::string("\r"), std::string("\xff"), std::string("a\0", 2),
        std::string("\x7f")}) {
    EXPECT_THAT(Vocabulary::Parse("</s>\t0\n" + piece + "\t1\n" + end, "file"),
                FailsWith(kDataLoss, "file: line 2"))
        << piece;
  }
  EXPECT_THAT(Vocabulary::Parse("</s>\t0\n<s>\t1\n<pad>\t0\n", "file"),
              FailsWith(kDataLoss, "counted 0 times"));
  EXPECT_THAT(Vocabulary::Parse("a\\n\t1\na\\n\t1\n</s>\t0\n" + end, "file"),
              FailsWith(kDataLoss, "same token 'a\\n'"))
      << "on one line";
}

TEST(Labels, HaveNoSpecialPieces) {
  const auto labels = Vocabulary::CreateLabels({{"B-PER", 3}, {"</s>", 1}, {"a b\t", 0}});
  ASSERT_THAT(labels, IsOk());
  EXPECT_EQ(labels->size(), 3u);
  EXPECT_EQ(labels->predicted_size(), 3u);
  EXPECT_EQ(labels->Find("</s>"), 1u);
  EXPECT_EQ(labels->Find("unseen"), 3u);
  EXPECT_EQ(labels->unknown_id(), 3u);
  EXPECT_EQ(labels->no_label_id(), 4u);
  EXPECT_EQ(labels->id_limit(), 5u);
  EXPECT_EQ(labels->end_id(), 3u);
  EXPECT_EQ(labels->start_id(), 3u);
  EXPECT_EQ(labels->pad_id(), 3u);
  EXPECT_EQ(labels->ToText(), "B-PER\t3\n</s>\t1\na b\\t\t0\n");
  const auto parsed = Vocabulary::ParseLabels(labels->ToText(), "file");
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->ToText(), labels->ToText());
  EXPECT_EQ(parsed->size(), 3u);
}

TEST(Labels, AreDistinctAndAtLeastOne) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Vocabulary::CreateLabels({}), FailsWith(kInvalid, "no labels"));
  EXPECT_THAT(Vocabulary::CreateLabels({{"a", 1}, {"a", 1}}), FailsWith(kInvalid, "'a'"));
  EXPECT_THAT(Vocabulary::CreateLabels({{"", 1}}), FailsWith(kInvalid, "empty"));
  EXPECT_THAT(Vocabulary::ParseLabels("", "file"), FailsWith(kDataLoss, "file: there are no"));
  EXPECT_THAT(Vocabulary::ParseLabels("a\t1\nb\n", "file"), FailsWith(kDataLoss, "file: line 2"));
}

// Ids from first_unseen_id() are labels that do not occur in train.
TEST(Labels, MayHaveUnseenLabels) {
  Vocabulary labels = *Vocabulary::CreateLabels({{"a", 3}, {"b", 1}});
  const std::string text = labels.ToText();
  ASSERT_THAT(labels.SetUnseenLabels({{"c", 2}, {"d\t", 1}}), IsOk());
  EXPECT_EQ(labels.ToText(), text);
  EXPECT_EQ(labels.size(), 2u);
  EXPECT_EQ(labels.first_unseen_id(), 4u);
  EXPECT_EQ(labels.id_limit(), 6u);
  EXPECT_EQ(labels.Find("c"), labels.unknown_id());
  EXPECT_EQ(labels.LabelName(1), "b");
  EXPECT_EQ(labels.LabelName(2), "<unseen>");
  EXPECT_EQ(labels.LabelName(4), "c");
  EXPECT_EQ(labels.LabelName(5), "d\t");
  EXPECT_EQ(labels.LabelName(6), "<unseen>");
  EXPECT_EQ(labels.UnseenLabelsToText(), "c\t2\nd\\t\t1\n");
  Vocabulary read = *Vocabulary::ParseLabels(text, "file");
  ASSERT_THAT(read.ParseUnseenLabels(labels.UnseenLabelsToText(), "unseen"), IsOk());
  EXPECT_EQ(read.LabelName(5), "d\t");
  for (const char* bad : {"b\t1\n", "c\t1\nc\t1\n", "\t1\n", "c\n"})
    EXPECT_THAT(read.ParseUnseenLabels(bad, "unseen"), FailsWith(kDataLoss, "unseen: ")) << bad;
  ASSERT_THAT(labels.SetUnseenLabels({}), IsOk());
  EXPECT_EQ(labels.id_limit(), 4u);
}

TEST(Vocabulary, HasNoIdsBeyondItsPieces) {
  EXPECT_EQ(Vocabulary::Create({{"<unk>", 0}, {"</s>", 2}})->id_limit(), 4u);
}

}  // namespace
}  // namespace elman
