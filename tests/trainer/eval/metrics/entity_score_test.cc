#include "trainer/eval/metrics/entity_score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/trainer/eval/metrics/golden_labels.h"

namespace elman {
namespace {

std::vector<EntityTag> Parsed(const std::vector<std::string>& tags, TagScheme scheme) {
  std::vector<EntityTag> parsed;
  for (const std::string& tag : tags) parsed.push_back(ParseEntityTag(tag, scheme));
  return parsed;
}

// Formats entities such as "PER 0 2, LOC 3 4".
std::string Found(TagScheme scheme, const std::vector<std::string>& tags,
                  EntityMode mode = EntityMode::kConlleval) {
  std::string text;
  for (const Entity& entity : FindEntities(Parsed(tags, scheme), scheme, mode)) {
    text += (text.empty() ? "" : ", ") + std::string(entity.type) + " " +
            std::to_string(entity.begin) + " " + std::to_string(entity.end);
  }
  return text;
}

TEST(FindEntitiesTest, ReadsAllSchemes) {
  for (const EntityMode mode : {EntityMode::kConlleval, EntityMode::kStrict}) {
    EXPECT_EQ(Found(FieldEntry::IOB2, {"B-PER", "I-PER", "O", "B-LOC"}, mode), "PER 0 2, LOC 3 4");
    EXPECT_EQ(Found(FieldEntry::IOB1, {"I-PER", "I-PER", "B-PER", "O", "I-LOC", "I-PER"}, mode),
              "PER 0 2, PER 2 3, LOC 4 5, PER 5 6")
        << "B only between neighbors of one type";
    EXPECT_EQ(Found(FieldEntry::IOE2, {"I-PER", "E-PER", "E-PER", "O", "E-LOC"}, mode),
              "PER 0 2, PER 2 3, LOC 4 5");
    const std::string entities = "PER 0 1, PER 1 2, LOC 2 5";
    EXPECT_EQ(Found(FieldEntry::IOBES, {"S-PER", "S-PER", "B-LOC", "I-LOC", "E-LOC", "O"}, mode),
              entities);
    EXPECT_EQ(Found(FieldEntry::BILOU, {"U-PER", "U-PER", "B-LOC", "I-LOC", "L-LOC", "O"}, mode),
              entities);
    EXPECT_EQ(Found(FieldEntry::BMES, {"S-PER", "W-PER", "B-LOC", "M-LOC", "E-LOC", "O"}, mode),
              entities);
    EXPECT_EQ(Found(FieldEntry::BMES, {"B", "E", "S", "B", "M", "E"}, mode), " 0 2,  2 3,  3 6");
    EXPECT_EQ(Found(FieldEntry::IOB2, {}, mode), "");
    EXPECT_EQ(Found(FieldEntry::IOB2, {"O", "O"}, mode), "");
  }
}

TEST(FindEntitiesTest, ConllevalReadsInvalidSequences) {
  EXPECT_EQ(Found(FieldEntry::IOB2, {"O", "I-PER"}), "PER 1 2");
  EXPECT_EQ(Found(FieldEntry::IOB2, {"B-PER", "I-LOC"}), "PER 0 1, LOC 1 2");
  EXPECT_EQ(Found(FieldEntry::IOBES, {"E-PER", "E-PER", "I-PER"}), "PER 0 1, PER 1 2, PER 2 3");
  EXPECT_EQ(Found(FieldEntry::IOB2, {"B-PER", "x", "I-PER", "Bad-PER", "B"}),
            "PER 0 1, PER 2 3,  4 5");
}

TEST(FindEntitiesTest, StrictModeIgnoresInvalidEntities) {
  const auto strict = [](TagScheme scheme, const std::vector<std::string>& tags) {
    return Found(scheme, tags, EntityMode::kStrict);
  };
  EXPECT_EQ(strict(FieldEntry::IOB2, {"O", "I-PER", "B-LOC"}), "LOC 2 3");
  EXPECT_EQ(strict(FieldEntry::IOB2, {"B-PER", "I-LOC", "I-LOC"}), "PER 0 1");
  EXPECT_EQ(strict(FieldEntry::IOBES, {"B-PER", "I-PER", "O", "S-PER"}), "PER 3 4");
  EXPECT_EQ(strict(FieldEntry::BILOU, {"B-PER", "I-PER", "B-PER", "L-PER"}), "PER 2 4");
}

// Counted by hand: three of five found entities are correct, and six are present.
TEST(EntityScoreTest, CountsExactMatches) {
  const TagScheme scheme = FieldEntry::IOB2;
  EntityScore score(scheme, EntityMode::kConlleval);
  const auto add = [&](const std::vector<std::string>& predicted,
                       const std::vector<std::string>& reference) {
    score.Add(Parsed(predicted, scheme), Parsed(reference, scheme));
  };
  add({"B-PER", "I-PER", "O", "B-ORG", "O", "B-ORG", "O", "B-ORG"},
      {"B-PER", "I-PER", "O", "B-LOC", "O", "B-ORG", "I-ORG", "B-ORG"});
  add({"I-LOC", "O"}, {"B-LOC", "O"});
  add({"O", "O"}, {"B-PER", "I-PER"});
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
  const TagScheme scheme = FieldEntry::IOB2;
  EntityScore whole(scheme, EntityMode::kConlleval), part(scheme, EntityMode::kConlleval);
  whole.Add(Parsed({"B-A", "O"}, scheme), Parsed({"B-A", "B-B"}, scheme));
  part.Add(Parsed({"B-C"}, scheme), Parsed({"B-C"}, scheme));
  whole += part;
  EXPECT_EQ(whole.total().correct, 2);
  EXPECT_EQ(whole.total().present, 3);
  EXPECT_EQ(whole.by_type().size(), 3u);
  EXPECT_EQ(EntityScore(scheme, EntityMode::kStrict).total().f1(), 0);
}

// Random corpora of every scheme, valid and invalid, in both modes.
TEST(EntityScoreTest, MatchesConllevalAndSeqeval) {
  const GoldenMetrics golden = ReadGoldenMetrics(ELMAN_GOLDEN_FOLDER);
  ASSERT_GE(golden.entities.size(), 28u);
  int compared = 0;
  for (const GoldenEntities& corpus : golden.entities) {
    const TagScheme scheme = *ParseTagScheme("scheme", corpus.scheme);
    for (const auto mode : {EntityMode::kConlleval, EntityMode::kStrict}) {
      EntityScore score(scheme, mode);
      for (const GoldenEntities::Sentence& sentence : corpus.sentences)
        score.Add(Parsed(sentence.predicted, scheme), Parsed(sentence.reference, scheme));
      std::map<std::string, GoldenEntities::Counts> counts;
      for (const auto& [type, of_type] : score.by_type())
        counts[type.empty() ? "_" : type] = {of_type.found, of_type.present, of_type.correct};
      const auto expected =
          corpus.counts.find(mode == EntityMode::kStrict ? "strict" : "conlleval");
      const bool none = expected == corpus.counts.end();
      EXPECT_TRUE(none ? counts.empty() : counts == expected->second)
          << corpus.scheme << " corpus " << compared / 2;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 2 * static_cast<int>(golden.entities.size()));
  RecordProperty("compared", compared);
}

// The scheme of valid tags is recognized.
TEST(EntityScoreTest, GoldenSchemesAreRecognized) {
  std::map<std::string, std::vector<const GoldenEntities*>> by_scheme;
  const GoldenMetrics golden = ReadGoldenMetrics(ELMAN_GOLDEN_FOLDER);
  for (const GoldenEntities& corpus : golden.entities) {
    if (corpus.well_formed) by_scheme[corpus.scheme].push_back(&corpus);
  }
  EXPECT_EQ(by_scheme.size(), 7u);
  for (const auto& [scheme, corpora] : by_scheme) {
    for (const bool typed : {true, false}) {
      TagPairs pairs;
      std::map<std::string, uint64_t> counts;
      for (const GoldenEntities* corpus : corpora) {
        for (const GoldenEntities::Sentence& sentence : corpus->sentences) {
          for (const std::vector<std::string>& one : {sentence.reference, sentence.predicted}) {
            const bool bare = std::ranges::any_of(
                one, [](const std::string& tag) { return tag.size() == 1 && tag != "O"; });
            if (bare == typed) continue;
            pairs.AddSentence(std::vector<std::string_view>(one.begin(), one.end()));
            for (const std::string& tag : one) ++counts[tag];
          }
        }
      }
      std::vector<Vocabulary::Entry> tags;
      for (const auto& [tag, count] : counts) tags.push_back({tag, count});
      const TagSchemeResult result = RecognizeTagScheme(tags, &pairs);
      EXPECT_EQ(result.stray, "") << scheme;
      EXPECT_EQ(NameOf(result.scheme), scheme) << (typed ? "with types" : "without types");
      EXPECT_EQ(pairs.Violations(result.scheme), 0u) << scheme;
    }
  }
}

}  // namespace
}  // namespace elman
