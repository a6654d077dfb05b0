#include "data/text/tag_scheme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/scratch.h"

namespace elman {
namespace {

// The tags of a corpus: one sentence per text, tags separated by spaces.
struct Tags {
  explicit Tags(const std::vector<std::string>& sentences) {
    std::map<std::string, uint64_t> counts;
    for (const std::string& sentence : sentences) {
      std::istringstream words(sentence);
      std::vector<std::string> tags;
      for (std::string tag; words >> tag;) {
        ++counts[tag];
        tags.push_back(tag);
      }
      const std::vector<std::string_view> views(tags.begin(), tags.end());
      pairs.AddSentence(views);
    }
    for (const auto& [tag, count] : counts) entries.push_back({tag, count});
  }

  TagSchemeResult Recognize() const { return RecognizeTagScheme(entries, &pairs); }
  std::string Name() const { return NameOf(Recognize().scheme); }
  std::string Stray() const { return Recognize().stray; }

  std::vector<Vocabulary::Entry> entries;
  TagPairs pairs;
};

TEST(TagSchemeTest, RecognizesEverySchemeOfTags) {
  EXPECT_EQ(Tags({"I-PER I-PER B-PER O I-LOC"}).Name(), "iob1");
  EXPECT_EQ(Tags({"I-PER O I-LOC I-LOC"}).Name(), "iob1") << "B is rare in IOB1";
  EXPECT_EQ(Tags({"B-PER I-PER B-PER O B-LOC"}).Name(), "iob2");
  EXPECT_EQ(Tags({"B-PER O", "B-LOC B-LOC"}).Name(), "iob2") << "no entity of two words";
  EXPECT_EQ(Tags({"I-PER E-PER E-PER O E-LOC"}).Name(), "ioe2");
  EXPECT_EQ(Tags({"I-PER E-PER I-PER O I-LOC"}).Name(), "ioe1");
  EXPECT_EQ(Tags({"B-PER I-PER E-PER S-PER O"}).Name(), "iobes");
  EXPECT_EQ(Tags({"S-PER O S-LOC"}).Name(), "iobes");
  EXPECT_EQ(Tags({"B-PER I-PER L-PER U-PER O"}).Name(), "bilou");
  EXPECT_EQ(Tags({"U-PER O", "B-LOC L-LOC"}).Name(), "bilou");
  EXPECT_EQ(Tags({"B-PER M-PER E-PER S-PER O"}).Name(), "bmes");
  EXPECT_EQ(Tags({"B-PER M-PER E-PER W-PER O"}).Name(), "bmes");
  EXPECT_EQ(Tags({"B-NP I-NP B-VP B-date-from I-date-from"}).Name(), "iob2") << "no O";
}

TEST(TagSchemeTest, RecognizesTagsWithoutTypes) {
  EXPECT_EQ(Tags({"B I O B B"}).Name(), "iob2");
  EXPECT_EQ(Tags({"I I O I B"}).Name(), "iob1");
  EXPECT_EQ(Tags({"O I I O"}).Name(), "iob1");
  EXPECT_EQ(Tags({"B E S B M E"}).Name(), "bmes") << "word segmentation";
  EXPECT_EQ(Tags({"B I I B"}).Name(), "iob2");
  EXPECT_EQ(Tags({"B L U O B I L"}).Name(), "bilou");
}

// F1 of entities is meaningless for such tags.
TEST(TagSchemeTest, PartsOfSpeechHaveNoScheme) {
  EXPECT_EQ(Tags({"NOUN VERB NOUN ADJ"}).Name(), "none");
  EXPECT_EQ(Tags({"NOUN VERB B-x NOUN", "I-y VERB O"}).Name(), "none") << "accidents";
  EXPECT_EQ(Tags({"N V O S L M U E B I"}).Name(), "none") << "one letter each";
  EXPECT_EQ(Tags({"S O O S"}).Name(), "none");
  EXPECT_EQ(Tags({"O O"}).Name(), "none");
  EXPECT_EQ(Tags({"0 1 0"}).Name(), "none");
  EXPECT_EQ(Tags({"M-1 E-2 M-1 M-2 E-1 M-1"}).Name(), "none") << "against every rule of BMES";
  EXPECT_EQ(Tags({"NOUN B-x"}).Stray(), "");
}

TEST(TagSchemeTest, NamesTheTagOfAnotherScheme) {
  EXPECT_EQ(Tags({"B-PER I-PER L-PER O U-PER B-PER L-PER", "B-PER E-PER"}).Stray(), "E-PER");
  EXPECT_EQ(Tags({"B-PER I-PER O PER B-LOC"}).Stray(), "PER");
  EXPECT_EQ(Tags({"B-PER I-PER O B-LOC", "B"}).Stray(), "B");
  EXPECT_EQ(Tags({"B M M E S S W"}).Stray(), "W") << "two names of one thing";
  const TagSchemeResult result = Tags({"B-PER I-PER L-PER B-PER L-PER", "S-PER"}).Recognize();
  EXPECT_EQ(result.stray, "S-PER");
  EXPECT_EQ(result.others, "B-PER, L-PER");
}

// Corpora have errors. conlleval is defined for them; the report has their number.
TEST(TagSchemeTest, RecognizesASchemeWithAFewViolations) {
  const Tags tags({"B-PER I-PER O B-LOC I-LOC", "O I-PER I-PER", "B-PER I-LOC"});
  EXPECT_EQ(tags.Name(), "iob2");
  EXPECT_EQ(tags.pairs.Violations(FieldEntry::IOB2), 2u);
  EXPECT_EQ(tags.pairs.Entities(FieldEntry::IOB2), 5u);
  EXPECT_EQ(tags.pairs.tags(), 8u);
  const Tags bilou({"B-PER L-PER U-PER B-LOC I-LOC L-LOC O B-LOC O"});
  EXPECT_EQ(bilou.Name(), "bilou");
  EXPECT_EQ(bilou.pairs.Violations(FieldEntry::BILOU), 1u);
  EXPECT_EQ(bilou.pairs.Entities(FieldEntry::BILOU), 4u);
}

TEST(TagSchemeTest, PairsAddUp) {
  const Tags first({"B-PER I-PER O"}), second({"O B-PER", "I-LOC"});
  TagPairs sum = first.pairs;
  sum.Add(second.pairs);
  TagPairs numbers;
  numbers.AddNumbers(sum.numbers());
  EXPECT_EQ(numbers.Entities(FieldEntry::IOB2), 3u);
  EXPECT_EQ(numbers.Violations(FieldEntry::IOB2), 1u);
}

TEST(TagSchemeTest, WithoutPairsItUsesLettersOnly) {
  EXPECT_EQ(RecognizeTagScheme(Tags({"I-PER I-PER O"}).entries, nullptr).scheme, FieldEntry::IOB2);
  EXPECT_EQ(RecognizeTagScheme(Tags({"B-PER L-PER"}).entries, nullptr).scheme, FieldEntry::BILOU);
  EXPECT_EQ(RecognizeTagScheme(Tags({"NOUN B-x NOUN"}).entries, nullptr).scheme, FieldEntry::NONE);
}

TEST(TagSchemeTest, ChecksTagsAgainstAScheme) {
  const Tags tags({"B-PER I-PER O L-PER"});
  EXPECT_EQ(CheckTagScheme(tags.entries, FieldEntry::BILOU).stray, "");
  EXPECT_EQ(CheckTagScheme(tags.entries, FieldEntry::IOB2).stray, "L-PER");
  EXPECT_EQ(CheckTagScheme(Tags({"x"}).entries, FieldEntry::NONE).stray, "");
  EXPECT_EQ(CheckTagScheme(Tags({"x"}).entries, FieldEntry::IOB2).stray, "x");
}

TEST(TagSchemeTest, TagsMeanTheSameInEveryScheme) {
  EXPECT_EQ(ParseEntityTag("L-PER", FieldEntry::BILOU), (EntityTag{'E', "PER"}));
  EXPECT_EQ(ParseEntityTag("U-a-b", FieldEntry::BILOU), (EntityTag{'S', "a-b"}));
  EXPECT_EQ(ParseEntityTag("M", FieldEntry::BMES), (EntityTag{'I', ""}));
  EXPECT_EQ(ParseEntityTag("O", FieldEntry::IOB1), (EntityTag{'O', ""}));
  for (const char* tag : {"L-PER", "M", "PER", "", "BPER", "O-PER", "b-PER"})
    EXPECT_EQ(ParseEntityTag(tag, FieldEntry::IOB2).letter, 0) << tag;
}

TEST(TagSchemeTest, SchemesHaveNames) {
  for (const char* name : {"none", "iob1", "iob2", "ioe1", "ioe2", "iobes", "bilou", "bmes"})
    EXPECT_EQ(NameOf(*ParseTagScheme("tag_scheme", name)), name);
  EXPECT_EQ(*ParseTagScheme("tag_scheme", "bioes"), FieldEntry::IOBES);
  EXPECT_EQ(*ParseTagScheme("tag_scheme", "BIO"), FieldEntry::IOB2);
  const auto unknown = ParseTagScheme("tag_scheme", "conll");
  EXPECT_THAT(unknown, FailsWith(absl::StatusCode::kInvalidArgument,
                                 "--tag_scheme=conll is unknown; expected one of none, iob1"));
}

}  // namespace
}  // namespace elman
