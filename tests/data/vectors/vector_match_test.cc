#include "data/vectors/vector_match.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace elman {
namespace {

// Vectors of one element each.
class GivenVectors : public VectorReader {
 public:
  explicit GivenVectors(std::vector<std::pair<std::string, float>> vectors)
      : vectors_(std::move(vectors)) {}
  int64_t size() const override { return 1; }
  absl::StatusOr<bool> Next(WordVector* vector) override {
    if (next_ == vectors_.size()) return false;
    *vector = {vectors_[next_].first, {&vectors_[next_].second, 1}};
    ++next_;
    return true;
  }

 private:
  std::vector<std::pair<std::string, float>> vectors_;
  size_t next_ = 0;
};

struct Matched {
  VectorCoverage coverage;
  std::map<std::string, float> by_piece;
};

Matched Match(std::vector<Vocabulary::Entry> pieces,
              std::vector<std::pair<std::string, float>> vectors) {
  pieces.push_back({"</s>", 0});
  const Vocabulary vocabulary = *Vocabulary::Create(std::move(pieces));
  GivenVectors reader(std::move(vectors));
  Matched matched;
  matched.coverage =
      *MatchVectors(&reader, vocabulary, [&](uint32_t id, std::span<const float> vector) {
        matched.by_piece[vocabulary.piece(id)] = vector[0];
      });
  return matched;
}

TEST(MatchVectorsTest, MatchesTheSameWordOrItsLowerCase) {
  const Matched matched =
      Match({{"Paris", 5}, {"paris", 3}, {"LONDON", 2}, {"Rome", 1}, {"nothing", 9}},
            {{"paris", 1}, {"london", 2}, {"rome", 3}, {"Rome", 4}, {"rome", 5}, {"other", 6}});
  EXPECT_EQ(matched.by_piece,
            (std::map<std::string, float>{{"Paris", 1}, {"paris", 1}, {"LONDON", 2}, {"Rome", 4}}));
  EXPECT_EQ(matched.coverage.exact, 2);
  EXPECT_EQ(matched.coverage.lower_cased, 2);
  EXPECT_EQ(matched.coverage.pieces, 5);
  EXPECT_EQ(matched.coverage.tokens, 11);
  EXPECT_EQ(matched.coverage.all_tokens, 20);
}

TEST(MatchVectorsTest, SpecialPiecesTakeVectorsButDoNotCount) {
  const Matched matched = Match({{"<unk>", 4}, {"a", 1}}, {{"</s>", 3}, {"a", 1}});
  EXPECT_EQ(matched.by_piece, (std::map<std::string, float>{{"</s>", 3}, {"a", 1}}));
  EXPECT_EQ(matched.coverage.exact, 1);
  EXPECT_EQ(matched.coverage.pieces, 1);
  EXPECT_EQ(matched.coverage.all_tokens, 1);
}

TEST(MatchVectorsTest, UsesTheFirstOfSeveralVectors) {
  EXPECT_EQ(Match({{"a", 1}}, {{"a", 1}, {"a", 2}}).by_piece.at("a"), 1);
  EXPECT_EQ(Match({{"A", 1}}, {{"a", 1}, {"a", 2}}).by_piece.at("A"), 1);
  EXPECT_EQ(Match({{"A", 1}}, {{"A", 1}, {"a", 2}}).by_piece.at("A"), 1);
}

TEST(MatchVectorsTest, IgnoresTheWordBeginMark) {
  const Matched matched = Match({{"\xe2\x96\x81the", 1}, {"the", 1}, {"\xe2\x96\x81", 1}},
                                {{"the", 7}, {"\xe2\x96\x81", 8}});
  EXPECT_EQ(matched.by_piece.at("\xe2\x96\x81the"), 7);
  EXPECT_EQ(matched.by_piece.at("the"), 7);
  EXPECT_EQ(matched.by_piece.at("\xe2\x96\x81"), 8);
}

}  // namespace
}  // namespace elman
