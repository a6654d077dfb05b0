#include "trainer/eval/metrics/entity_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace elman {
namespace {

using Tags = std::vector<std::string_view>;

// "PER 0 2, LOC 3 4"
std::string Found(const Tags& tags) {
  std::string text;
  for (const Entity& entity : FindEntities(tags)) {
    text += (text.empty() ? "" : ", ") + std::string(entity.type) + " " +
            std::to_string(entity.begin) + " " + std::to_string(entity.end);
  }
  return text;
}

TEST(FindEntitiesTest, ReadsAllSchemes) {
  EXPECT_EQ(Found({"B-PER", "I-PER", "O", "B-LOC"}), "PER 0 2, LOC 3 4") << "IOB2";
  EXPECT_EQ(Found({"I-PER", "I-PER", "B-PER", "O", "I-LOC", "I-PER"}),
            "PER 0 2, PER 2 3, LOC 4 5, PER 5 6")
      << "IOB1: B only between neighbors of one type";
  EXPECT_EQ(Found({"S-PER", "S-PER", "B-LOC", "I-LOC", "E-LOC", "O"}), "PER 0 1, PER 1 2, LOC 2 5")
      << "IOBES";
  EXPECT_EQ(Found({}), "");
  EXPECT_EQ(Found({"O", "O"}), "");
}

TEST(FindEntitiesTest, MakesSenseOfContradictions) {
  EXPECT_EQ(Found({"O", "I-PER"}), "PER 1 2");
  EXPECT_EQ(Found({"B-PER", "I-LOC"}), "PER 0 1, LOC 1 2");
  EXPECT_EQ(Found({"E-PER", "E-PER", "I-PER"}), "PER 0 1, PER 1 2, PER 2 3");
  EXPECT_EQ(Found({"B-PER", "x", "I-PER", "Bad-PER", "B"}), "PER 0 1, PER 2 3,  4 5");
}

// Counted by hand: three of five are right, of six there are.
TEST(EntityScoreTest, CountsWhatIsRightInEveryRespect) {
  EntityScore score;
  const Tags truth = {"B-PER", "I-PER", "O", "B-LOC", "O", "B-ORG", "I-ORG", "B-ORG"};
  const Tags guess = {"B-PER", "I-PER", "O", "B-ORG", "O", "B-ORG", "O", "B-ORG"};
  score.Add(guess, truth);
  score.Add(Tags{"I-LOC", "O"}, Tags{"B-LOC", "O"});
  score.Add(Tags{"O", "O"}, Tags{"B-PER", "I-PER"});
  EXPECT_EQ(score.tokens(), 12);
  EXPECT_DOUBLE_EQ(score.accuracy(), 7.0 / 12);
  const EntityCounts total = score.total();
  EXPECT_EQ(total.found, 5);
  EXPECT_EQ(total.present, 6);
  EXPECT_EQ(total.correct, 3);
  EXPECT_DOUBLE_EQ(total.precision(), 3.0 / 5);
  EXPECT_DOUBLE_EQ(total.recall(), 3.0 / 6);
  EXPECT_DOUBLE_EQ(total.f1(), 6.0 / 11);
  const EntityCounts& organizations = score.by_type().at("ORG");
  EXPECT_EQ(organizations.found, 3);
  EXPECT_EQ(organizations.present, 2);
  EXPECT_EQ(organizations.correct, 1);
  EXPECT_EQ(score.by_type().at("PER").recall(), 0.5);
}

TEST(EntityScoreTest, PartsAddUp) {
  EntityScore whole, part;
  whole.Add(Tags{"B-A", "O"}, Tags{"B-A", "B-B"});
  part.Add(Tags{"B-C"}, Tags{"B-C"});
  whole += part;
  EXPECT_EQ(whole.tokens(), 3);
  EXPECT_EQ(whole.total().correct, 2);
  EXPECT_EQ(whole.total().present, 3);
  EXPECT_EQ(whole.by_type().size(), 3u);
  EXPECT_EQ(EntityScore().accuracy(), 0);
  EXPECT_EQ(EntityScore().total().f1(), 0);
}

}  // namespace
}  // namespace elman
