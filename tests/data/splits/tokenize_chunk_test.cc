#include "data/splits/tokenize_chunk.h"

#include "data/tokenizer/tokenizer_factory.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr uint32_t kEnd = 256;

class TokenizeChunkTest : public testing::Test {
 protected:
  TokenizeChunkTest() { coding_.fields = {Text(TokenizerSpec::BYTE, *BuildByteVocabulary())}; }

  static ExampleCoding::Field Text(TokenizerSpec::Kind kind, Vocabulary made) {
    TokenizerSpec spec;
    spec.set_kind(kind);
    auto vocabulary = std::make_shared<const Vocabulary>(std::move(made));
    return {vocabulary, *CreateTokenizer(spec, *vocabulary, ""), kind};
  }

  // <unk>, </s> and the given words.
  static ExampleCoding::Field Words(const std::vector<std::string>& words,
                                    TokenizerSpec::Kind kind = TokenizerSpec::WORD) {
    std::vector<Vocabulary::Entry> entries = {{"<unk>", 0}, {"</s>", 0}};
    for (const std::string& word : words) entries.push_back({word, 1});
    return Text(kind, *Vocabulary::Create(entries));
  }

  static ExampleCoding::Field Labels(const std::vector<std::string>& labels) {
    std::vector<Vocabulary::Entry> entries;
    for (const std::string& label : labels) entries.push_back({label, 1});
    return {std::make_shared<const Vocabulary>(*Vocabulary::CreateLabels(entries)), nullptr};
  }

  void Add(const std::string& text, bool continues = false, bool ends = true) {
    chunk_.lines.push_back({static_cast<uint32_t>(chunk_.text.size()),
                            static_cast<uint32_t>(text.size()), continues, ends});
    chunk_.text += text;
  }

  const SpooledExamples::Field& Tokenize(int field = 0) {
    chunk_.files = {"file"};
    chunk_.columns = {.columns = 2, .line = 1};  // for tagging
    EXPECT_THAT(TokenizeChunk(coding_, chunk_, &tokenized_), IsOk());
    return tokenized_.examples.fields[field];
  }

  ExampleCoding coding_;
  TextChunk chunk_;
  TokenizedChunk tokenized_;
};

TEST_F(TokenizeChunkTest, MakesOneExamplePerLine) {
  Add("ab c");
  Add("d");
  const SpooledExamples::Field& examples = Tokenize();
  EXPECT_THAT(examples.ids, ElementsAre('a', 'b', ' ', 'c', kEnd, 'd', kEnd));
  EXPECT_THAT(examples.lengths, ElementsAre(5, 2));
  EXPECT_THAT(examples.words, ElementsAre(2, 1));
  EXPECT_THAT(examples.bytes, ElementsAre(5, 2));
}

TEST_F(TokenizeChunkTest, EndsADividedLineOnce) {
  Add("ab", false, false);
  Add(" c", true, false);
  Add("", true, true);
  const SpooledExamples::Field& examples = Tokenize();
  EXPECT_THAT(examples.ids, ElementsAre('a', 'b', ' ', 'c', kEnd));
  EXPECT_THAT(examples.lengths, ElementsAre(2, 2, 1));
  EXPECT_THAT(examples.bytes, ElementsAre(2, 2, 1));
  EXPECT_THAT(tokenized_.examples.lines, ElementsAre(0, 0, 0));
  EXPECT_EQ(tokenized_.examples.ended_lines, 1u);
  EXPECT_EQ(tokenized_.statistics.left_out.empty_lines, 0u);
}

TEST_F(TokenizeChunkTest, LeavesOutEmptyLinesUnlessTheyAreKept) {
  Add(" \t");
  Add("");
  EXPECT_THAT(Tokenize().ids, IsEmpty());
  EXPECT_EQ(tokenized_.statistics.left_out.empty_lines, 2u);
  coding_.keep_empty_lines = true;
  EXPECT_THAT(Tokenize().ids, ElementsAre(' ', '\t', kEnd, kEnd));
  EXPECT_EQ(tokenized_.statistics.left_out.empty_lines, 0u);
}

TEST_F(TokenizeChunkTest, RecordsTheLineOfEveryExample) {
  Add("");
  Add("a");
  Add(" ");
  Add("");
  Add("b");
  Add("c", false, false);
  Tokenize();
  EXPECT_THAT(tokenized_.examples.lines, ElementsAre(1, 4, 5));
  EXPECT_EQ(tokenized_.examples.ended_lines, 5u);
}

TEST_F(TokenizeChunkTest, CountsLinesThatAreNotUtf8) {
  Add("a\xff");
  Add("b");
  Tokenize();
  EXPECT_EQ(tokenized_.statistics.invalid_examples, 1u);
  Tokenize();
  EXPECT_EQ(tokenized_.statistics.invalid_examples, 1u);
}

TEST_F(TokenizeChunkTest, GivesTheFirstPieceOfAWordItsTag) {
  coding_.rules.task = TAGGING;
  coding_.fields.push_back(Labels({"B", "O"}));
  Add("ab\tB");
  Add("c\tO");
  Add("");
  Add("d\tUNSEEN");
  const SpooledExamples::Field& text = Tokenize(0);
  EXPECT_THAT(text.ids, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_THAT(text.lengths, ElementsAre(3, 1));
  EXPECT_THAT(text.words, ElementsAre(2, 1));
  EXPECT_THAT(text.bytes, ElementsAre(5, 2));
  const SpooledExamples::Field& tags = tokenized_.examples.fields[1];
  EXPECT_THAT(tags.ids, ElementsAre(0, /*none*/ 3, 1, /*unseen*/ 4));
  EXPECT_THAT(tags.lengths, ElementsAre(3, 1));
  EXPECT_THAT(tags.words, ElementsAre(2, 1));
  EXPECT_EQ(tokenized_.statistics.unseen_labels.size(), 1u);
  EXPECT_EQ(tokenized_.statistics.unseen_labels.CountOf("UNSEEN"), 1u);
  EXPECT_EQ(tokenized_.statistics.tag_pairs.Entities(FieldEntry::IOB2), 1u);
}

// References are the original text.
TEST_F(TokenizeChunkTest, KeepsReferencesUnchanged) {
  coding_.rules.task = TRANSLATION;
  coding_.rules.on_invalid = PreprocessSpec::REPLACE;
  coding_.fields = {Words({"go"}), Words({"va"})};
  Add("go\tVa  Paris !");
  Add("\tnothing");
  Add("go go\tva\xff ");
  Tokenize();
  EXPECT_THAT(tokenized_.examples.texts.examples, IsEmpty()) << "of train";
  coding_.raw_text = RawTextHeader::REFERENCE;
  EXPECT_THAT(Tokenize(1).lengths, ElementsAre(4, 3));
  EXPECT_THAT(tokenized_.examples.texts.examples, ElementsAre(1, 1)) << "half a pair is no example";
  EXPECT_THAT(tokenized_.examples.texts.sizes, ElementsAre(11, 4));
  EXPECT_EQ(tokenized_.examples.texts.bytes, "Va  Paris !va\xff ");
  EXPECT_THAT(Tokenize(1).bytes, ElementsAre(12, 5)) << "U+FFFD has three";
}

TEST_F(TokenizeChunkTest, KeepsUnknownWordsAndCountsRestoration) {
  coding_.fields = {Words({"a", "b", "."})};
  coding_.raw_text = RawTextHeader::UNKNOWN_WORDS;
  Add("a b.");
  Add("a  naïve b <unk>");
  Add("");
  Add("c");
  EXPECT_THAT(Tokenize().ids, ElementsAre(2, 3, 4, 1, 2, 0, 3, 0, 0, 0, 1, 0, 1));
  EXPECT_THAT(tokenized_.examples.texts.examples, ElementsAre(0, 4, 1));
  EXPECT_THAT(tokenized_.examples.texts.sizes, ElementsAre(6, 1, 3, 1, 1));
  EXPECT_EQ(tokenized_.examples.texts.bytes, "naïve<unk>c");
  const LineRestoration& restoration = tokenized_.statistics.restoration;
  EXPECT_EQ(restoration.exact_lines, 2u);
  EXPECT_EQ(restoration.edited_lines, 1u);
  // One more space, and none around the word in angle brackets.
  uint64_t inserted = 0, deleted = 0;
  for (size_t i = 0; i < restoration.operations.size(); i += kRestorationKinds) {
    inserted += restoration.operations[i + LineRestoration::kInsertSpace];
    deleted += restoration.operations[i + LineRestoration::kDelete];
  }
  EXPECT_EQ(inserted, 1u);
  EXPECT_EQ(deleted, 2u);
}

TEST_F(TokenizeChunkTest, DistinguishesALiteralUnkFromUnknownWords) {
  coding_.fields = {Words({"a"}, TokenizerSpec::WHITESPACE)};
  coding_.raw_text = RawTextHeader::UNKNOWN_WORDS;
  Add("a <unk> b <s>");
  EXPECT_THAT(Tokenize().ids, ElementsAre(2, 0, 0, 0, 1));
  EXPECT_EQ(tokenized_.examples.texts.bytes, "<unk>b<unk>");
  EXPECT_EQ(tokenized_.statistics.restoration.edited_lines, 1u) << "for the reserved word";
}

// Bytes are counted in the corpus, before any change of the text.
TEST_F(TokenizeChunkTest, CountsBytesOfTheCorpus) {
  coding_.rules.on_invalid = PreprocessSpec::REPLACE;
  TokenizerSpec spec;
  spec.set_kind(TokenizerSpec::WORD);
  spec.set_lowercase(true);
  coding_.fields = {Words({"a"})};
  coding_.fields[0].tokenizer = *CreateTokenizer(spec, *coding_.fields[0].vocabulary, "");
  Add("\u0130stanbul");  // shorter in lower case
  Add("a\xff");
  EXPECT_THAT(Tokenize().bytes, ElementsAre(10, 3));
}

// A no-break space is white space for the tokenizer, but the corpus has it as a word.
TEST_F(TokenizeChunkTest, GivesEveryTaggedWordAPiece) {
  coding_.rules.task = TAGGING;
  coding_.fields = {Words({"don", "'", "t", "U", "S", "."}), Labels({"A", "B"})};
  Add("U.S.\tA");
  Add("\u00a0\tB");
  EXPECT_THAT(Tokenize(0).ids, ElementsAre(5, 7, 6, 7, 0));
  EXPECT_THAT(tokenized_.examples.fields[1].ids, ElementsAre(0, 3, 3, 3, 1));
}

TEST_F(TokenizeChunkTest, LabelsTexts) {
  coding_.rules.task = CLASSIFICATION;
  coding_.fields = {Words({"good", "bad"}), Labels({"neg", "pos"})};
  Add("pos\tgood good");
  Add("\u00a0\u00a0x\t\u00a0");
  Add("mixed\tbad");
  EXPECT_THAT(Tokenize(0).ids, ElementsAre(2, 2, 3));
  EXPECT_THAT(Tokenize(0).lengths, ElementsAre(2, 1));
  EXPECT_THAT(Tokenize(0).bytes, ElementsAre(10, 4));
  EXPECT_THAT(Tokenize(1).ids, ElementsAre(1, /*unseen*/ 4));
  EXPECT_THAT(Tokenize(1).lengths, ElementsAre(1, 1));
  EXPECT_EQ(tokenized_.statistics.left_out.empty_lines, 1u) << "a text without a token";
}

TEST_F(TokenizeChunkTest, EndsBothSidesOfATranslation) {
  coding_.rules.task = TRANSLATION;
  coding_.fields = {Words({"go"}), Text(TokenizerSpec::BYTE, *BuildByteVocabulary())};
  Add("go go\tva");
  Add("\u00a0\tx");
  EXPECT_THAT(Tokenize(0).ids, ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(Tokenize(0).lengths, ElementsAre(3, 1));
  EXPECT_THAT(Tokenize(1).ids, ElementsAre('v', 'a', kEnd, 'x', kEnd));
  EXPECT_THAT(Tokenize(1).bytes, ElementsAre(3, 2));
}

TEST_F(TokenizeChunkTest, ReportsAMalformedLine) {
  coding_.rules.task = CLASSIFICATION;
  coding_.fields.push_back(Labels({"neg"}));
  Add("no tab");
  chunk_.files = {"file"};
  EXPECT_THAT(TokenizeChunk(coding_, chunk_, &tokenized_),
              FailsWith(absl::StatusCode::kInvalidArgument, "file: line 1"));
}

// Examples that are too long are removed or truncated. Labels, unknown words and references stay
// with the right examples.
class LongExamplesTest : public TokenizeChunkTest,
                         public testing::WithParamInterface<PreprocessSpec::OnLong> {
 protected:
  LongExamplesTest() {
    coding_.rules.max_length = 3;
    coding_.rules.on_long = GetParam();
  }
  bool truncates() const { return GetParam() == PreprocessSpec::TRUNCATE; }
};

TEST_P(LongExamplesTest, HandlesTranslation) {
  coding_.rules.task = TRANSLATION;
  coding_.raw_text = RawTextHeader::REFERENCE;
  coding_.fields = {Words({"a", "b"}), Words({"c", "d"})};
  Add("a b\tc d");
  Add("a b b\tc");
  Add("a\tc d c d c");
  const SpooledExamples::Field source = Tokenize(0), target = tokenized_.examples.fields[1];
  EXPECT_EQ(tokenized_.statistics.left_out.long_examples, 2u);
  if (truncates()) {
    EXPECT_THAT(source.ids, ElementsAre(2, 3, 1, 2, 3, 1, 2, 1));
    EXPECT_THAT(target.ids, ElementsAre(2, 3, 1, 2, 1, 2, 3, 1));
    EXPECT_THAT(source.lengths, ElementsAre(3, 3, 2));
    EXPECT_THAT(tokenized_.examples.texts.sizes, ElementsAre(3, 1, 9)) << "references are whole";
  } else {
    EXPECT_THAT(source.ids, ElementsAre(2, 3, 1));
    EXPECT_THAT(target.ids, ElementsAre(2, 3, 1));
    EXPECT_THAT(tokenized_.examples.texts.sizes, ElementsAre(3));
  }
}

TEST_P(LongExamplesTest, HandlesClassification) {
  coding_.rules.task = CLASSIFICATION;
  coding_.fields = {Words({"a", "b"}), Labels({"x", "y"})};
  Add("new\ta b a b");
  Add("y\ta b a");
  const SpooledExamples::Field text = Tokenize(0), labels = tokenized_.examples.fields[1];
  EXPECT_EQ(tokenized_.statistics.left_out.long_examples, 1u);
  EXPECT_THAT(text.lengths, truncates() ? ElementsAreArray({3, 3}) : ElementsAreArray({3}));
  EXPECT_EQ(labels.ids.size(), text.lengths.size());
  EXPECT_EQ(labels.ids.back(), 1u);
  EXPECT_EQ(tokenized_.statistics.unseen_labels.size(), truncates() ? 1u : 0u);
}

// The second word has three pieces, of which two are within the limit.
TEST_P(LongExamplesTest, HandlesTagging) {
  coding_.rules.task = TAGGING;
  coding_.fields = {Text(TokenizerSpec::BYTE, *BuildByteVocabulary()), Labels({"x", "y"})};
  for (const char* line : {"k\tx", "lmn\ty", "o\tx", "", "p\ty", ""}) Add(line);
  const SpooledExamples::Field text = Tokenize(0), tags = tokenized_.examples.fields[1];
  EXPECT_EQ(tokenized_.statistics.left_out.long_examples, 1u);
  EXPECT_EQ(tags.lengths, text.lengths);
  const uint32_t none = coding_.fields[1].vocabulary->no_label_id();
  if (truncates()) {
    EXPECT_THAT(text.ids, ElementsAre('k', 'l', 'm', 'p'));
    EXPECT_THAT(tags.ids, ElementsAre(0, 1, none, 1));
    EXPECT_THAT(text.words, ElementsAre(2, 1));
  } else {
    EXPECT_THAT(text.ids, ElementsAre('p'));
    EXPECT_THAT(tags.ids, ElementsAre(1));
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, LongExamplesTest,
                         testing::Values(PreprocessSpec::DROP, PreprocessSpec::TRUNCATE));

}  // namespace
}  // namespace elman
