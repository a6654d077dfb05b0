#include "data/tokenize_chunk.h"

#include "data/tokenizer/vocabulary_builder.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t kEnd = 256;

class TokenizeChunkTest : public testing::Test {
 protected:
  TokenizeChunkTest() {
    spec_.set_kind(TokenizerSpec::BYTE);
    vocabulary_ = *BuildByteVocabulary();
    tokenizer_ = *CreateTokenizer(spec_, vocabulary_, "");
  }

  void Add(const std::string& text, bool continues = false, bool ends = true) {
    chunk_.lines.push_back({static_cast<uint32_t>(chunk_.text.size()),
                            static_cast<uint32_t>(text.size()), continues, ends});
    chunk_.text += text;
  }

  const SpooledExamples& Tokenize() {
    TokenizeChunk(spec_, *tokenizer_, kEnd, chunk_, &tokenized_);
    return tokenized_.examples;
  }

  TokenizerSpec spec_;
  Vocabulary vocabulary_;
  std::unique_ptr<Tokenizer> tokenizer_;
  TextChunk chunk_;
  TokenizedChunk tokenized_;
};

TEST_F(TokenizeChunkTest, MakesAnExampleALine) {
  Add("ab c");
  Add("d");
  const SpooledExamples& examples = Tokenize();
  EXPECT_THAT(examples.ids, ElementsAre('a', 'b', ' ', 'c', kEnd, 'd', kEnd));
  EXPECT_THAT(examples.lengths, ElementsAre(5, 2));
  EXPECT_THAT(examples.words, ElementsAre(2, 1));
  EXPECT_THAT(examples.bytes, ElementsAre(5, 2));
}

TEST_F(TokenizeChunkTest, EndsALineInPiecesOnce) {
  Add("ab", false, false);
  Add(" c", true, false);
  Add("", true, true);
  const SpooledExamples& examples = Tokenize();
  EXPECT_THAT(examples.ids, ElementsAre('a', 'b', ' ', 'c', kEnd));
  EXPECT_THAT(examples.lengths, ElementsAre(2, 2, 1));
  EXPECT_THAT(examples.bytes, ElementsAre(2, 2, 1));
  EXPECT_EQ(tokenized_.empty_lines, 0u);
}

TEST_F(TokenizeChunkTest, LeavesOutEmptyLinesUnlessTheyAreKept) {
  Add(" \t");
  Add("");
  EXPECT_THAT(Tokenize().ids, IsEmpty());
  EXPECT_EQ(tokenized_.empty_lines, 2u);
  spec_.set_keep_empty_lines(true);
  EXPECT_THAT(Tokenize().ids, ElementsAre(' ', '\t', kEnd, kEnd));
  EXPECT_EQ(tokenized_.empty_lines, 0u);
}

TEST_F(TokenizeChunkTest, CountsLinesThatAreNotUtf8) {
  Add("a\xff");
  Add("b");
  Tokenize();
  EXPECT_EQ(tokenized_.invalid_lines, 1u);
  Tokenize();
  EXPECT_EQ(tokenized_.invalid_lines, 1u);
}

}  // namespace
}  // namespace elman
