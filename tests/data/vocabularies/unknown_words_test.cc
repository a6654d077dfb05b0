#include "data/vocabularies/unknown_words.h"

#include "absl/strings/str_cat.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

FieldStatistics Described(const UnknownWords& words) {
  FieldStatistics statistics;
  words.Describe(3, &statistics);
  return statistics;
}

TEST(UnknownWordsTest, DescribesTheMostFrequentWords) {
  UnknownWords words;
  for (const char* word : {"b", "a", "c", "b", "d", "a", "e"}) words.Add(word, 1);
  const FieldStatistics statistics = Described(words);
  EXPECT_EQ(statistics.unknown_types(), 5u);
  EXPECT_FALSE(statistics.unknown_sampled());
  ASSERT_EQ(statistics.unknown_words_size(), 3);
  EXPECT_EQ(statistics.unknown_words(0).text(), "a");
  EXPECT_EQ(statistics.unknown_words(1).text(), "b");
  EXPECT_EQ(statistics.unknown_words(2).text(), "c");
  EXPECT_EQ(statistics.unknown_words(0).count(), 2u);
}

// Too many words for memory: the kept words and their counts do not depend on the order or the
// number of ranks.
TEST(UnknownWordsTest, IsBoundedAndIndependentOfRanks) {
  constexpr int kTypes = 5000;
  UnknownWords one(1000), first(1000), second(1000);
  for (int i = 0; i < 2 * kTypes; ++i) {
    const std::string word = absl::StrCat("w", i % kTypes);
    one.Add(word, i % 7);
    (i % 3 == 0 ? first : second)
        .Add(absl::StrCat("w", (kTypes - 1) - i % kTypes), (2 * kTypes - 1 - i) % 7);
  }
  ASSERT_THAT(first.AddSerialized(second.Serialize()), IsOk());
  EXPECT_EQ(Described(first).DebugString(), Described(one).DebugString());
  EXPECT_TRUE(Described(one).unknown_sampled());
  EXPECT_NEAR(static_cast<double>(Described(one).unknown_types()), kTypes, kTypes / 5.0);
}

TEST(UnknownWordsTest, RefusesTruncatedBytes) {
  UnknownWords words, other;
  other.Add("word", 3);
  const std::string bytes = other.Serialize();
  EXPECT_THAT(words.AddSerialized(bytes.substr(0, bytes.size() - 1)), testing::Not(IsOk()));
  EXPECT_THAT(words.AddSerialized(""), IsOk());
}

}  // namespace
}  // namespace elman
