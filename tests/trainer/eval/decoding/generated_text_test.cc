#include "trainer/eval/decoding/generated_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace elman {
namespace {

using testing::ElementsAre;

class GeneratedTextTest : public testing::Test {
 protected:
  GeneratedTextTest()
      : vocabulary_(*Vocabulary::Create(
            {{"<unk>", 0}, {"</s>", 0}, {"the", 0}, {"king", 0}, {".", 0}, {"kin", 0}})) {}

  GeneratedText Text(const TextEnd& end, TokenizerSpec::Kind kind = TokenizerSpec::CHARACTER) {
    return {&end, &vocabulary_, Detokenizer(kind, &vocabulary_)};
  }
  void Append(std::string_view piece, GeneratedText* text) {
    text->Append(static_cast<int32_t>(vocabulary_.Find(piece)), -0.5);
  }

  const Vocabulary vocabulary_;
};

TEST_F(GeneratedTextTest, EndsAfterTheNumberOfLines) {
  const TextEnd end{.lines = 2};
  GeneratedText text = Text(end);
  for (const char* piece : {"the", "</s>", "king"}) Append(piece, &text);
  EXPECT_EQ(text.finish(), Finish::kNotYet);
  Append("</s>", &text);
  EXPECT_EQ(text.finish(), Finish::kLines);
  EXPECT_EQ(text.text(), "the\nking");
  EXPECT_EQ(text.settled(), text.text().size());
  EXPECT_THAT(text.tokens(), ElementsAre(2, 1, 3, 1));
  EXPECT_EQ(text.log_probability(), -2);
  EXPECT_THAT(text.log_probabilities(), ElementsAre(-0.5, -0.5, -0.5, -0.5));
}

TEST_F(GeneratedTextTest, EndsAfterTheNumberOfTokens) {
  const TextEnd end{.max_tokens = 2, .lines = 9};
  GeneratedText text = Text(end);
  Append("the", &text);
  Append("</s>", &text);
  EXPECT_EQ(text.finish(), Finish::kMaxTokens);
  EXPECT_EQ(text.text(), "the");
}

TEST_F(GeneratedTextTest, EndsBeforeTheFirstStopTextAcrossTokens) {
  const TextEnd end{.stops = {"ekin", "g."}};
  GeneratedText text = Text(end);
  Append("the", &text);
  EXPECT_EQ(text.settled(), 2u) << "an e may begin a stop text";
  GeneratedText other = text;
  Append("king", &text);
  EXPECT_EQ(text.finish(), Finish::kStop);
  EXPECT_EQ(text.text(), "th");
  Append("the", &other);
  EXPECT_EQ(other.settled(), 5u);
  EXPECT_EQ(other.finish(), Finish::kNotYet);
}

TEST_F(GeneratedTextTest, StopTextsSeeSpacesAndLineFeeds) {
  const TextEnd end{.lines = 9, .stops = {" king.", "\n\n"}};
  GeneratedText text = Text(end, TokenizerSpec::WORD);
  for (const char* piece : {"king", ".", "the", "</s>", "king"}) Append(piece, &text);
  EXPECT_EQ(text.text(), "king. the\nking");
  EXPECT_EQ(text.finish(), Finish::kNotYet);
  GeneratedText empty_line = text;
  for (const char* piece : {"</s>", "</s>"}) Append(piece, &empty_line);
  EXPECT_EQ(empty_line.finish(), Finish::kStop);
  EXPECT_EQ(empty_line.text(), "king. the\nking");
  for (const char* piece : {"king", "."}) Append(piece, &text);
  EXPECT_EQ(text.finish(), Finish::kStop);
  EXPECT_EQ(text.text(), "king. the\nking");
}

TEST_F(GeneratedTextTest, SettledBytesDoNotChange) {
  const TextEnd end{.max_tokens = 9, .lines = 9, .stops = {"kingking", "inthe"}};
  GeneratedText text = Text(end);
  std::string settled;
  for (const char* piece : {"the", "</s>", "king", "kin", ".", "kin", "king", "kin", "</s>"}) {
    Append(piece, &text);
    EXPECT_EQ(text.text().substr(0, settled.size()), settled);
    settled = text.text().substr(0, text.settled());
  }
  EXPECT_EQ(settled, "the\nkingkin.kinkingkin");
}

TEST_F(GeneratedTextTest, ContinuesAPrompt) {
  const TextEnd end;
  Detokenizer detokenizer(TokenizerSpec::WORD, &vocabulary_);
  std::string prompt;
  detokenizer.Append(vocabulary_.Find("the"), &prompt);
  GeneratedText text(&end, &vocabulary_, detokenizer);
  Append("king", &text);
  EXPECT_EQ(text.text(), " king");
}

}  // namespace
}  // namespace elman
