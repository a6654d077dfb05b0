#include "data/shards/vocabulary_spec.h"

#include <set>

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

TEST(VocabularyFingerprint, DependsOnEveryInput) {
  TokenizerSpec spec, other;
  spec.set_kind(TokenizerSpec::WORD);
  other = spec;
  other.set_lowercase(true);
  const std::string first = VocabularyFingerprint(spec, "text", "model");
  EXPECT_EQ(VocabularyFingerprint(spec, "text", "model"), first);
  const std::set<std::string> all = {first, VocabularyFingerprint(other, "text", "model"),
                                     VocabularyFingerprint(spec, "text2", "model"),
                                     VocabularyFingerprint(spec, "text", "2model"),
                                     VocabularyFingerprint(spec, "textmodel", "")};
  EXPECT_EQ(all.size(), 5u);
}

TEST(SpecOf, HasTheSizesAndIdsOfTheVocabulary) {
  const Vocabulary vocabulary = MadeVocabulary(7);
  const VocabularySpec spec = SpecOf(vocabulary, "abc");
  EXPECT_EQ(spec.predicted_size(), 7u);
  EXPECT_EQ(spec.size(), vocabulary.size());
  EXPECT_EQ(spec.unknown_id(), vocabulary.unknown_id());
  EXPECT_EQ(spec.end_id(), vocabulary.end_id());
  EXPECT_EQ(spec.start_id(), vocabulary.start_id());
  EXPECT_EQ(spec.pad_id(), vocabulary.pad_id());
  EXPECT_EQ(spec.fingerprint(), "abc");
}

}  // namespace
}  // namespace elman
