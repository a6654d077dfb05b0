#include "trainer/eval/embeddings/word_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "data/io/atomic_file.h"
#include "tests/support/scratch.h"
#include "trainer/eval/embeddings/analogies.h"
#include "trainer/eval/embeddings/word_tests.h"

namespace elman {
namespace {

using testing::ElementsAre;

using Floats = std::vector<float>;

// king is to man as queen is to woman; apple is unrelated.
WordSpace Royal() {
  WordSpace space(3);
  space.Add("man", Floats{1, 0, 0});
  space.Add("woman", Floats{0, 2, 0});
  space.Add("king", Floats{3, 0, 3});
  space.Add("queen", Floats{0, 1, 1});
  space.Add("apple", Floats{-1, -1, 0.1f});
  space.Add("void", Floats{0, 0, 0});
  space.Add("man", Floats{9, 9, 9});  // ignored: the word exists
  return space;
}

std::vector<std::string> Words(const WordSpace& space,
                               const std::vector<WordSpace::Neighbor>& neighbors) {
  std::vector<std::string> words;
  for (const auto& neighbor : neighbors) words.emplace_back(space.word(neighbor.word));
  return words;
}

TEST(WordSpaceTest, FindsWordsExactlyOrInLowerCase) {
  const WordSpace space = Royal();
  EXPECT_EQ(space.words(), 6);
  EXPECT_EQ(space.word(space.Find("QUEEN")), "queen");
  EXPECT_LT(space.Find("emperor"), 0);
}

TEST(WordSpaceTest, ComputesCosinesAndNeighbors) {
  const WordSpace space = Royal();
  const int64_t king = space.Find("king");
  EXPECT_NEAR(space.Similarity(king, space.Find("man")), std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(space.Similarity(king, space.Find("queen")), 0.5, 1e-6);
  EXPECT_EQ(space.Similarity(king, space.Find("void")), 0);
  const auto neighbors = space.Neighbors(king, 3);
  EXPECT_THAT(Words(space, neighbors), ElementsAre("man", "queen", "woman"));
  EXPECT_NEAR(neighbors[0].similarity, std::sqrt(0.5), 1e-6);
  EXPECT_EQ(space.Neighbors(king, 100).size(), 5u);
}

TEST(WordSpaceTest, AnswersAnalogiesWithoutTheWordsGiven) {
  const WordSpace space = Royal();
  const WordSpace::Analogy analogy = {space.Find("man"), space.Find("king"), space.Find("woman")};
  EXPECT_EQ(Words(space, space.Answers(analogy, 1))[0], "queen");
  EXPECT_THAT(SolveAnalogies(space, std::vector{analogy}), ElementsAre(space.Find("queen")));
}

TEST(WordSpaceTest, SolvingManyMatchesAnsweringOne) {
  constexpr int kWords = 200;
  std::mt19937 engine(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  WordSpace space(7);
  for (int i = 0; i < kWords; ++i) {
    Floats vector(7);
    for (float& x : vector) x = uniform(engine);
    space.Add("w" + std::to_string(i), vector);
  }
  std::vector<WordSpace::Analogy> analogies;
  for (int i = 0; i < 150; ++i) {
    analogies.push_back({static_cast<int64_t>(engine() % kWords),
                         static_cast<int64_t>(engine() % kWords),
                         static_cast<int64_t>(engine() % kWords)});
  }
  const std::vector<int64_t> solved = SolveAnalogies(space, analogies);
  ASSERT_EQ(solved.size(), analogies.size());
  for (size_t i = 0; i < analogies.size(); ++i)
    EXPECT_EQ(solved[i], space.Answers(analogies[i], 1)[0].word) << i;
}

class WordTestsTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::string path = scratch_.Path(name);
    EXPECT_THAT(WriteFile(path, text), IsOk());
    return path;
  }
  Scratch scratch_;
};

TEST_F(WordTestsTest, SimilarityUsesKnownPairs) {
  const WordSpace space = Royal();
  // Cosines: 0.71, 0.5, 0, and a negative one.
  const std::string file =
      Write("pairs",
            "Word 1,Word 2,Human (mean)\nking,man,10\nKing\tQueen\t9 more\n\nking emperor "
            "3\nman woman 5\nman apple 7\n");
  Evaluation evaluation;
  ASSERT_THAT(EvaluateSimilarity(space, {file}, &evaluation), IsOk());
  EXPECT_NEAR(evaluation.Find("spearman")->value, 0.8, 1e-12);
  ASSERT_EQ(evaluation.tables[0].rows.size(), 1u);
  EXPECT_THAT(evaluation.tables[0].rows[0].values,
              ElementsAre(testing::DoubleNear(0.8, 1e-12), 5, 4));

  const absl::Status wrong =
      EvaluateSimilarity(space, {Write("wrong", "a b 1\nking man much\n")}, &evaluation);
  EXPECT_NE(std::string(wrong.message()).find("wrong: line 2: expected two words and a number"),
            std::string::npos);
  EXPECT_FALSE(EvaluateSimilarity(space, {scratch_.Path("absent")}, &evaluation).ok());
}

TEST_F(WordTestsTest, AnalogiesAreCountedBySection) {
  const WordSpace space = Royal();
  const std::string file =
      Write("questions",
            ": royal\nman king woman queen\nMan King Woman Apple\n: unknown\nman king "
            "boy prince\n");
  Evaluation evaluation;
  ASSERT_THAT(EvaluateAnalogies(space, {file}, &evaluation), IsOk());
  EXPECT_EQ(evaluation.Find("analogies")->value, 0.5);
  EXPECT_EQ(evaluation.Find("questions")->value, 3);
  EXPECT_EQ(evaluation.Find("known_questions")->value, 2);
  ASSERT_EQ(evaluation.tables[0].rows.size(), 2u);
  EXPECT_THAT(evaluation.tables[0].rows[0].values, ElementsAre(0.5, 2, 2));
  EXPECT_THAT(evaluation.tables[0].rows[1].values, ElementsAre(0, 1, 0));
  const absl::Status wrong = EvaluateAnalogies(space, {Write("three", "a b c\n")}, &evaluation);
  EXPECT_NE(std::string(wrong.message()).find("line 1: expected four words"), std::string::npos);
}

}  // namespace
}  // namespace elman
