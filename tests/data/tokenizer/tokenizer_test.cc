#include "data/tokenizer/tokenizer.h"

#include "data/tokenizer/detokenizer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

// Texts that are difficult for tokenizers.
const std::vector<std::string>& AwkwardLines() {
  static const auto* const lines = new std::vector<std::string>{
      "In the beginning was the Word.",
      "",
      " ",
      "  two  spaces  everywhere  ",
      "tab\tand\vvertical",
      "don't «quote» 3.14",
      "我来到北京 😀\u200d👩",
      "<s> </s> <unk> <pad> <0x41> <0xff>",
      "\xe2\x96\x81 mark",
      "a\xe2\x96\x81"
      "b \xe2\x96\x85",
      " \xe2\x96\x81",
      std::string("nul\0inside", 10),
      "no\u00a0break e\u0301",
      "\ufffd\ufeff",
      "unseen: ŧħẽ ᚠᛇᚻ",
  };
  return *lines;
}

struct Built {
  TokenizerSpec spec;
  Vocabulary vocabulary;
  std::string model;
  std::unique_ptr<Tokenizer> tokenizer;

  std::string RoundTrip(std::string_view line) const {
    std::vector<uint32_t> ids;
    tokenizer->Encode(line, &ids);
    ids.push_back(vocabulary.end_id());
    return Detokenize(spec.kind(), vocabulary, ids);
  }
};

// A tokenizer trained on `lines`.
std::unique_ptr<Built> Build(TokenizerSpec::Kind kind, const std::vector<std::string>& lines,
                             bool lowercase = false) {
  auto built = std::make_unique<Built>();
  built->spec.set_kind(kind);
  built->spec.set_lowercase(lowercase);
  if (IsSubword(kind)) {
    built->spec.set_vocab_size(400);
    built->model = *TrainSentencePiece(built->spec, lines);
    built->vocabulary = *BuildSentencePieceVocabulary(built->model);
  } else if (kind == TokenizerSpec::BYTE) {
    built->vocabulary = *BuildByteVocabulary();
  } else {
    PieceCounts counts;
    for (const std::string& line : lines) counts.AddLine(built->spec, line);
    built->vocabulary = *BuildCountedVocabulary(built->spec, counts);
  }
  auto tokenizer = CreateTokenizer(built->spec, built->vocabulary, built->model);
  EXPECT_THAT(tokenizer, IsOk());
  built->tokenizer = std::move(*tokenizer);
  return built;
}

class LosslessTest : public testing::TestWithParam<TokenizerSpec::Kind> {};

TEST_P(LosslessTest, RestoresEveryValidText) {
  const auto built = Build(GetParam(), AwkwardLines());
  for (const std::string& line : AwkwardLines()) {
    EXPECT_EQ(built->RoundTrip(line), line + "\n") << testing::PrintToString(line);
  }
}

TEST_P(LosslessTest, RestoresRandomTexts) {
  std::vector<std::string> lines;
  uint32_t x = 1;
  for (int i = 0; i < 2000; ++i) {
    std::string line;
    for (int j = 0; j < i % 23; ++j) {
      x = x * 1664525 + 1013904223;
      const std::string& other = AwkwardLines()[(x >> 8) % AwkwardLines().size()];
      // Whole characters of known lines in any order.
      std::vector<std::string_view> characters;
      for (size_t at = 0; at < other.size();) {
        size_t end = at + 1;
        while (end < other.size() && (other[end] & 0xc0) == 0x80) ++end;
        characters.push_back(std::string_view(other).substr(at, end - at));
        at = end;
      }
      if (!characters.empty()) line += characters[(x >> 20) % characters.size()];
    }
    lines.push_back(line);
  }
  // In another order, characters form other grapheme clusters.
  const bool characters = GetParam() == TokenizerSpec::CHARACTER;
  const auto built = Build(GetParam(), characters ? lines : AwkwardLines());
  for (const std::string& line : lines)
    ASSERT_EQ(built->RoundTrip(line), line + "\n") << testing::PrintToString(line);
}

TEST_P(LosslessTest, EncodesUnseenTextWithoutUnknowns) {
  if (GetParam() == TokenizerSpec::CHARACTER) return;  // no bytes for unknown characters
  const auto built = Build(GetParam(), {"only ascii here, and not much of it"});
  for (const std::string& line : AwkwardLines()) {
    std::vector<uint32_t> ids;
    built->tokenizer->Encode(line, &ids);
    for (const uint32_t id : ids) EXPECT_NE(id, built->vocabulary.unknown_id());
    EXPECT_EQ(built->RoundTrip(line), line + "\n") << testing::PrintToString(line);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, LosslessTest,
                         testing::Values(TokenizerSpec::CHARACTER, TokenizerSpec::BYTE,
                                         TokenizerSpec::BPE, TokenizerSpec::UNIGRAM),
                         [](const auto& param) { return TokenizerSpec::Kind_Name(param.param); });

TEST(ByteTokenizer, EncodesAnyBytes) {
  const auto built = Build(TokenizerSpec::BYTE, {});
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(built->RoundTrip(bytes), bytes + "\n");
}

TEST(Tokenizers, ReadInvalidUtf8AsReplacementCharacters) {
  for (const auto kind : {TokenizerSpec::CHARACTER, TokenizerSpec::BPE, TokenizerSpec::UNIGRAM}) {
    const auto built = Build(kind, AwkwardLines());
    EXPECT_EQ(built->RoundTrip("a\xff"), "a\ufffd\n") << TokenizerSpec::Kind_Name(kind);
  }
}

TEST(Tokenizers, ConvertToLowerCase) {
  for (const auto kind : {TokenizerSpec::CHARACTER, TokenizerSpec::BPE, TokenizerSpec::BYTE}) {
    const auto built = Build(kind, {"àb c", "b", "C"}, /*lowercase=*/true);
    EXPECT_EQ(built->RoundTrip("ÀB C"), "àb c\n") << TokenizerSpec::Kind_Name(kind);
  }
}

TEST(WordTokenizer, MapsUnseenWordsToUnknown) {
  const auto built = Build(TokenizerSpec::WORD, {"the word , the"});
  std::vector<uint32_t> ids;
  built->tokenizer->Encode("the worm, <unk>", &ids);
  const uint32_t the = built->vocabulary.Find("the");
  const uint32_t comma = built->vocabulary.Find(",");
  EXPECT_THAT(ids, ElementsAre(the, 0, comma, 0, 0, 0));
}

TEST(WhitespaceTokenizer, TreatsALiteralUnkAsUnknown) {
  const auto built = Build(TokenizerSpec::WHITESPACE, {"a <unk> b"});
  std::vector<uint32_t> ids;
  built->tokenizer->Encode("b <unk> </s> c", &ids);
  EXPECT_THAT(ids, ElementsAre(built->vocabulary.Find("b"), 0, 0, 0));
}

TEST(CreateTokenizer, RefusesInconsistentArguments) {
  const auto bytes = Build(TokenizerSpec::BYTE, {});
  const auto bpe = Build(TokenizerSpec::BPE, AwkwardLines());
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(CreateTokenizer(bytes->spec, bpe->vocabulary, ""),
              FailsWith(kDataLoss, "byte tokenizer"));
  EXPECT_THAT(CreateTokenizer(bpe->spec, bpe->vocabulary, "junk"),
              FailsWith(kDataLoss, "tokenizer.model"));
  EXPECT_THAT(CreateTokenizer(bpe->spec, bpe->vocabulary, ""),
              FailsWith(kDataLoss, "tokenizer.model"));
  EXPECT_THAT(CreateTokenizer(bpe->spec, bytes->vocabulary, bpe->model),
              FailsWith(kDataLoss, "different"));
  EXPECT_THAT(CreateTokenizer(TokenizerSpec(), bytes->vocabulary, ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "unknown to this version"));
}

}  // namespace
}  // namespace elman
