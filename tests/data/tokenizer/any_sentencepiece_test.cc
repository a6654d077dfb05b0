// Tests models of every kind and layout made by SentencePiece's own programs.
#include "absl/strings/str_replace.h"
#include "data/tokenizer/detokenizer.h"
#include "data/tokenizer/sentencepiece.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "tests/support/scratch.h"
#include "tests/support/sentencepiece_model.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Corpus() {
  const char* const words[] = {"in",    "the",   "beginning", "was", "word",
                               "naïve", "light", "我们",      "12",  "don't"};
  std::vector<std::string> lines;
  uint32_t x = 7;
  for (int i = 0; i < 400; ++i) {
    std::string line;
    for (int j = 0; j < 8; ++j) {
      x = x * 1664525 + 1013904223;
      if (j > 0) line += ' ';
      line += words[(x >> 16) % 10];
    }
    lines.push_back(line + ".");
  }
  return lines;
}

const std::vector<std::string>& AwkwardLines() {
  static const auto* const lines = new std::vector<std::string>{
      "in the beginning was the word",
      "  two  spaces ",
      "",
      " ",
      "ﬁne ① Ｆｕｌｌ　ｗｉｄｔｈ e\u0301",  // NFKC
      "zero\u200bwidth tab\there",
      "unseen: ŧħẽ ᚠᛇᚻ 😀",
      "<unk> <s> </s> <pad> <0x41>",
      "a \u2581 mark",
      "我们 don't 我们",
  };
  return *lines;
}

struct Case {
  const char* name;
  std::unordered_map<std::string, std::string> options;
};

class AnySentencePieceTest : public testing::TestWithParam<Case> {
 protected:
  void Make(std::unordered_map<std::string, std::string> options) {
    model_ = TrainAnyModel(Corpus(), std::move(options));
    ASSERT_FALSE(model_.empty());
    auto vocabulary = BuildImportedVocabulary(TokenizerSpec::SENTENCEPIECE, model_, "file");
    ASSERT_THAT(vocabulary, IsOk());
    vocabulary_ = *std::move(vocabulary);
    TokenizerSpec spec;
    spec.set_kind(TokenizerSpec::SENTENCEPIECE);
    auto tokenizer = CreateTokenizer(spec, vocabulary_, model_);
    ASSERT_THAT(tokenizer, IsOk());
    tokenizer_ = *std::move(tokenizer);
  }

  std::vector<uint32_t> Encode(const std::string& line) const {
    std::vector<uint32_t> ids;
    tokenizer_->Encode(line, &ids);
    return ids;
  }

  std::string model_;
  Vocabulary vocabulary_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

INSTANTIATE_TEST_SUITE_P(
    Models, AnySentencePieceTest,
    testing::Values(
        Case{"Default", {{"vocab_size", "120"}}},
        Case{"Bpe", {{"vocab_size", "120"}, {"model_type", "bpe"}}},
        Case{"Bytes", {{"vocab_size", "400"}, {"byte_fallback", "true"}, {"model_type", "bpe"}}},
        Case{"Characters", {{"vocab_size", "60"}, {"model_type", "char"}}},
        Case{"Words", {{"vocab_size", "14"}, {"model_type", "word"}}},
        Case{"Folded", {{"vocab_size", "120"}, {"normalization_rule_name", "nmt_nfkc_cf"}}},
        Case{"Named",
             {{"vocab_size", "120"},
              {"unk_piece", "[UNK]"},
              {"eos_piece", "[SEP]"},
              {"bos_piece", "[CLS]"},
              {"pad_id", "3"},
              {"pad_piece", "[PAD]"},
              {"control_symbols", "[MASK],<extra>"}}},
        Case{"NoEnd", {{"vocab_size", "120"}, {"bos_id", "-1"}, {"eos_id", "-1"}}},
        Case{"AcrossSpaces", {{"vocab_size", "120"}, {"split_by_whitespace", "false"}}},
        Case{"Identity",
             {{"vocab_size", "120"},
              {"normalization_rule_name", "identity"},
              {"remove_extra_whitespaces", "false"},
              {"add_dummy_prefix", "false"}}}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST_P(AnySentencePieceTest, EncodesToThePiecesOfTheModel) {
  Make(GetParam().options);
  for (const std::vector<std::string>& lines : {AwkwardLines(), Corpus()}) {
    for (const std::string& line : lines) {
      const std::vector<std::string> expected = PiecesOfModel(model_, line);
      const std::vector<uint32_t> ids = Encode(line);
      ASSERT_EQ(ids.size(), expected.size()) << line;
      for (size_t i = 0; i < ids.size(); ++i) {
        ASSERT_LT(ids[i], vocabulary_.predicted_size());
        ASSERT_NE(ids[i], vocabulary_.end_id());
        if (ids[i] == vocabulary_.unknown_id()) continue;
        EXPECT_EQ(vocabulary_.piece(ids[i]), expected[i]);
      }
    }
  }
}

// The normalized text is restored. SentencePiece's own decoder writes <unk> differently.
TEST_P(AnySentencePieceTest, RestoresTheNormalizedText) {
  Make(GetParam().options);
  for (const std::string& line : Corpus()) {
    const std::string expected =
        absl::StrReplaceAll(RoundTripOfModel(model_, line), {{" \u2047 ", "<unk>"}});
    EXPECT_EQ(Detokenize(TokenizerSpec::SENTENCEPIECE, vocabulary_, Encode(line)), expected);
  }
}

TEST_F(AnySentencePieceTest, LeavesOutPiecesThatNoTextUses) {
  Make({{"vocab_size", "60"},
        {"model_type", "char"},
        {"pad_id", "3"},
        {"control_symbols", "[MASK]"}});
  EXPECT_EQ(vocabulary_.piece(0), "<unk>");
  EXPECT_EQ(vocabulary_.piece(1), "</s>");
  EXPECT_EQ(vocabulary_.piece(2), "\u2581");
  EXPECT_EQ(vocabulary_.Find("[MASK]"), vocabulary_.unknown_id());
  EXPECT_TRUE(tokenizer_->puts_space_before());
}

// Text pieces with the name of a special piece are not special.
TEST_F(AnySentencePieceTest, NeverEncodesTextAsASpecialPiece) {
  Make({{"vocab_size", "120"}, {"user_defined_symbols", "<pad>,<name>"}});
  EXPECT_EQ(vocabulary_.piece(vocabulary_.pad_id()), "<pad>");
  EXPECT_EQ(Encode("<pad>").back(), vocabulary_.unknown_id());
  EXPECT_EQ(Encode("<name>").back(), vocabulary_.Find("<name>"));
}

TEST_F(AnySentencePieceTest, ReportsUnknownParts) {
  Make({{"vocab_size", "120"}});
  std::vector<std::string> unknown;
  tokenizer_->VisitUnknown("the ᚠᛇ word ﬁ \xff 😀",
                           [&](std::string_view part) { unknown.emplace_back(part); });
  EXPECT_THAT(unknown, ElementsAre("ᚠᛇ", "f", "😀"));
}

TEST_F(AnySentencePieceTest, RefusesInvalidModels) {
  for (const std::string& bytes :
       {std::string("not a model"), std::string(), std::string(1000, '\xff')}) {
    const auto vocabulary = BuildImportedVocabulary(TokenizerSpec::SENTENCEPIECE, bytes, "file");
    EXPECT_THAT(vocabulary, FailsWith(absl::StatusCode::kInvalidArgument,
                                      "file: expected a SentencePiece model (.model)"));
  }
}

}  // namespace
}  // namespace elman
