#include "data/tokenizer/wordpiece.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "data/format/utf8.h"
#include "data/tokenizer/bert_words.h"
#include "data/tokenizer/detokenizer.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// The text in which `\u{HEX}` stands for invisible characters.
std::string Unescaped(std::string_view visible) {
  std::string text;
  while (!visible.empty()) {
    const size_t at = visible.find("\\u{");
    text.append(visible.substr(0, at));
    if (at == std::string_view::npos) break;
    const size_t end = visible.find('}', at);
    AppendUtf8(static_cast<char32_t>(std::strtoul(
                   std::string(visible.substr(at + 3, end - at - 3)).c_str(), nullptr, 16)),
               &text);
    visible.remove_prefix(end + 1);
  }
  return text;
}

// A model and its expected results in tests/golden/wordpiece.txt.
struct Golden {
  std::string name;
  bool lowercase = false;
  std::string vocabulary;  // the text of the vocab.txt of the model `made`
  std::vector<std::pair<std::string, std::vector<std::string>>> outcomes;  // line, pieces
};

std::vector<Golden> ReadGolden() {
  const absl::StatusOr<std::string> text =
      ReadFile(JoinPath(ELMAN_GOLDEN_FOLDER, "wordpiece.txt"), uint64_t{1} << 24);
  EXPECT_THAT(text, IsOk());
  std::vector<Golden> models;
  std::string made;
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    const std::string rest(line.substr(std::min(line.size(), parts[0].size() + 1)));
    if (parts[0] == "model") {
      models.push_back({parts[1], parts[2] == "1", "", {}});
    } else if (parts[0] == "vocabulary") {
      for (size_t i = 1; i < parts.size(); ++i)
        models.back().vocabulary += Unescaped(parts[i]) + "\n";
    } else if (parts[0] == "line") {
      models.back().outcomes.push_back({Unescaped(rest), {}});
    } else if (parts[0] == "pieces") {
      for (size_t i = 1; i < parts.size(); ++i)
        models.back().outcomes.back().second.push_back(Unescaped(parts[i]));
    }
  }
  return models;
}

std::vector<std::string> Pieces(const Tokenizer& tokenizer, const Vocabulary& vocabulary,
                                std::string_view line) {
  std::vector<uint32_t> ids;
  tokenizer.Encode(line, &ids);
  std::vector<std::string> pieces;
  for (const uint32_t id : ids) pieces.push_back(vocabulary.piece(id));
  return pieces;
}

// Compares with the output of Hugging Face's tokenizers for the same lines. Uses the vocabularies
// of BERT models too if ELMAN_CORPORA names their folder.
TEST(WordPieceTest, MatchesTheReference) {
  const char* corpora = std::getenv("ELMAN_CORPORA");
  const std::vector<Golden> models = ReadGolden();
  ASSERT_EQ(models.size(), 5u);
  size_t lines = 0;
  for (const Golden& model : models) {
    std::string text = model.vocabulary;
    if (model.name != "made") {
      if (corpora == nullptr) continue;
      text = *ReadFile(JoinPath(JoinPath(corpora, "bert"), model.name), uint64_t{1} << 24);
    }
    const auto vocabulary = ParseBertVocabulary(text, model.name);
    ASSERT_THAT(vocabulary, IsOk());
    const auto tokenizer = CreateWordPieceTokenizer(*vocabulary, model.lowercase);
    for (const auto& [line, pieces] : model.outcomes) {
      EXPECT_EQ(Pieces(*tokenizer, *vocabulary, line), pieces) << model.name << ": " << line;
      ++lines;
    }
  }
  EXPECT_GE(lines, 100u);
}

TEST(WordPieceTest, LeavesOutPiecesThatNoTextUses) {
  const auto vocabulary = ParseBertVocabulary(
      "[PAD]\r\n[unused1]\n[UNK]\n[CLS]\n\xe2\x80\xa8\n##\xe2\x80\xa8\n[MASK]\nzebra\n##s\na\n<"
      "pad>",
      "vocab");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->ToText(), "<unk>\t0\n</s>\t0\nzebra\t0\n##s\t0\na\t0\n<s>\t0\n<pad>\t0\n");
}

TEST(WordPieceTest, RefusesOtherVocabularies) {
  EXPECT_THAT(ParseBertVocabulary("<unk>\t0\n</s>\t0\n", "vocab"),
              FailsWith(kInvalid, "vocab: expected the vocab.txt of a BERT model"));
  EXPECT_THAT(ParseBertVocabulary("[UNK]\na\nb\na\n", "vocab"),
              FailsWith(kInvalid,
                        "vocab: line 4: expected the vocab.txt of a BERT model, one "
                        "token per line, found 'a' as in line 2"));
  EXPECT_THAT(ParseBertVocabulary("[UNK]\na\nb\xff\n", "vocab"), FailsWith(kInvalid, "line 3"));
  EXPECT_THAT(ParseBertVocabulary("", "vocab"), FailsWith(kInvalid, "vocab: "));
  EXPECT_THAT(ParseBertVocabulary("[UNK]\n", "vocab"), FailsWith(kInvalid, "found no token"));
}

TEST(WordPieceTest, ReportsUnknownWordsAsItLooksThemUp) {
  const auto vocabulary = *ParseBertVocabulary("[UNK]\nun\n##able\n.\n", "vocab");
  const auto tokenizer = CreateWordPieceTokenizer(vocabulary, true);
  std::vector<std::string> unknown;
  tokenizer->VisitUnknown("Unable ÄFFLE.",
                          [&](std::string_view word) { unknown.emplace_back(word); });
  EXPECT_THAT(unknown, ElementsAre("affle"));
}

TEST(WordPieceTest, JoinsPieces) {
  const auto vocabulary =
      *ParseBertVocabulary("[UNK]\nun\n##able\n.\n,\nto\n(\n)\n##\n#\n", "vocab");
  const auto tokenizer = CreateWordPieceTokenizer(vocabulary, false);
  for (const char* text : {"unable, unable (to).", "to, ( unable )", "to #"}) {
    std::vector<uint32_t> ids;
    tokenizer->Encode(text, &ids);
    std::string expected = text;
    if (expected == "to, ( unable )") expected = "to, (unable)";
    EXPECT_EQ(Detokenize(TokenizerSpec::WORDPIECE, vocabulary, ids), expected);
  }
}

TEST(BertWordsTest, DropsBytesThatAreNotUtf8) {
  EXPECT_EQ(BertWords("a\xff"
                      "b \xf0\x9f c",
                      false),
            "ab c");
}

}  // namespace
}  // namespace elman
