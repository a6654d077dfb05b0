#include "data/tokenizer/detokenizer.h"

#include "data/tokenizer/splitter.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

// The text of a line of these pieces.
std::string Written(TokenizerSpec::Kind kind, std::vector<std::string> pieces) {
  std::vector<Vocabulary::Entry> entries = {{"<unk>", 0}, {"</s>", 0}};
  std::vector<uint32_t> ids;
  for (const std::string& piece : pieces) {
    uint32_t id = 0;
    while (id < entries.size() && entries[id].piece != piece) ++id;
    if (id == entries.size()) entries.push_back({piece, 0});
    ids.push_back(id);
  }
  return Detokenize(kind, *Vocabulary::Create(entries), ids);
}

std::string WrittenWords(std::string_view line) {
  std::vector<std::string_view> words;
  SplitWords(line, &words);
  return Written(TokenizerSpec::WORD, {words.begin(), words.end()});
}

TEST(Detokenize, AttachesPunctuationToItsWord) {
  for (const char* line :
       {"I arrive at Beijing from Xiamen.", "Well, (she) said: \u201cyes; no!\u201d",
        "don't well-known 3.14", "我来到北京。他说：好！", "¿Qué?"}) {
    EXPECT_EQ(WrittenWords(line), line);
  }
}

TEST(Detokenize, JoinsPreTokenizedTextWithSpaces) {
  EXPECT_EQ(Written(TokenizerSpec::WHITESPACE, {"a", ",", "<unk>", ".", "</s>", "b"}),
            "a , <unk> .\nb");
}

TEST(Detokenize, HandlesSubwordMarks) {
  EXPECT_EQ(
      Written(TokenizerSpec::BPE, {"▁the", "▁", "▁wor", "d", "<0xC3>", "<0xA9>", "</s>", "▁next"}),
      "the  wordé\nnext");
  EXPECT_EQ(Written(TokenizerSpec::UNIGRAM, {"▁<", "0x41", ">"}), "<0x41>");
}

TEST(Detokenize, ReplacesUnknownPiecesWithWords) {
  const Vocabulary vocabulary =
      *Vocabulary::Create({{"<unk>", 1}, {"</s>", 1}, {"to", 1}, {"!", 1}});
  const std::vector<uint32_t> ids = {0, 2, 0, 3, 0};
  const std::vector<std::string> words = {"Welcome", "Xiamen"};
  EXPECT_EQ(Detokenize(TokenizerSpec::WORD, vocabulary, ids, words), "Welcome to Xiamen! <unk>");
}

TEST(Detokenize, LeavesOutSpecialPieces) {
  const Vocabulary vocabulary = *Vocabulary::Create({{"</s>", 0}, {"a", 0}});
  const std::vector<uint32_t> ids = {vocabulary.start_id(), 1, vocabulary.pad_id(), 1, 999, 0};
  EXPECT_EQ(Detokenize(TokenizerSpec::WHITESPACE, vocabulary, ids), "a a\n");
  EXPECT_EQ(Detokenize(TokenizerSpec::CHARACTER, vocabulary, ids), "aa\n");
}

}  // namespace
}  // namespace elman
