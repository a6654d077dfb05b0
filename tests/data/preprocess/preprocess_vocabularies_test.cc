// Tests imported tokenizers and vocabularies, and those adopted from another data set.
#include "data/shards/dataset.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "tests/data/preprocess/preprocess_fixture.h"
#include "tests/support/sentencepiece_model.h"

namespace elman {
namespace {

using testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class PreprocessVocabulariesTest : public PreprocessFixture {
 protected:
  // Makes a data set whose vocabulary will be adopted.
  std::string MadeBefore() {
    std::filesystem::remove_all(scratch_.Path("before"));
    RunWell();
    std::filesystem::rename(options_.output, scratch_.Path("before"));
    return scratch_.Path("before");
  }
};

TEST_F(PreprocessVocabulariesTest, ImportsTheVocabularyOfBert) {
  options_.tokenizer.set_kind(TokenizerSpec::WORDPIECE);
  options_.tokenizer.set_lowercase(true);
  options_.tokenizer_file = scratch_.Write("vocab.txt", "[PAD]\n[UNK]\nun\n##able\n.\n");
  Give("train", "Unable. Ünable x.\n");
  const PreprocessReport report = RunWell();
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"),
            "<unk>\t1\n</s>\t1\nun\t2\n##able\t2\n.\t2\n<s>\t0\n<pad>\t0\n");
  EXPECT_EQ(TextOf("train"), "unable. unable <unk>.\n");
  EXPECT_EQ(report.manifest.splits(0).counts(0).unknown(), 1u);
  EXPECT_FALSE(report.manifest.fields(0).has_tokenizer_file());
}

TEST_F(PreprocessVocabulariesTest, ImportsAnySentencePieceModel) {
  const std::string text = MadeCorpus(LANGUAGE_MODEL, 20'000);
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) - at));
  options_.tokenizer.set_kind(TokenizerSpec::SENTENCEPIECE);
  const std::string model = TrainAnyModel(lines, {{"vocab_size", "60"}});
  options_.tokenizer_file = scratch_.Write("any.model", model);
  Give("train", text);
  RunWell();
  EXPECT_EQ(scratch_.Read("out/tokenizer.model"), model);
  std::string expected;
  for (const std::string& line : lines) {
    if (!line.empty()) expected += line + "\n";
  }
  EXPECT_TRUE(TextOf("train") == expected);
}

TEST_F(PreprocessVocabulariesTest, NamesAnInvalidVocabularyFile) {
  Give("train", "text\n");
  options_.tokenizer.set_kind(TokenizerSpec::WORDPIECE);
  options_.tokenizer_file = scratch_.Path("missing");
  EXPECT_THAT(Run(), FailsWith(absl::StatusCode::kNotFound, options_.tokenizer_file));
  options_.tokenizer_file = scratch_.Write("other", "text\n");
  EXPECT_THAT(Run(), FailsWith(kInvalid, options_.tokenizer_file + ": expected the vocab.txt"));
  options_.tokenizer.set_kind(TokenizerSpec::SENTENCEPIECE);
  EXPECT_THAT(Run(),
              FailsWith(kInvalid, options_.tokenizer_file + ": expected a SentencePiece model"));
  options_.tokenizer_file.clear();
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--tokenizer_model=FILE.model"));
  EXPECT_THAT(scratch_.Names(), ElementsAre("other", "train"));
}

// Each side of a translation has its own file.
TEST_F(PreprocessVocabulariesTest, ImportsASeparateFileForTheTarget) {
  options_.task = TRANSLATION;
  options_.tokenizer.set_kind(TokenizerSpec::WORDPIECE);
  options_.tokenizer_file = scratch_.Write("source.txt", "[UNK]\na\n");
  options_.target_tokenizer.set_kind(TokenizerSpec::WORDPIECE);
  options_.target_tokenizer_file = scratch_.Write("target.txt", "[UNK]\nb\n");
  Give("train", "a b\ta b\n");
  RunWell();
  EXPECT_THAT(Example("train", 0), ElementsAre(ElementsAre(2, 0, 1), ElementsAre(0, 2, 1)));
}

// Vocabularies and models have the same bytes and therefore the same fingerprints, so that trained
// models can be used with both data sets.
TEST_F(PreprocessVocabulariesTest, AdoptsEverythingFromAnotherDataSet) {
  for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
    for (const auto kind : {TokenizerSpec::WORD, TokenizerSpec::BPE}) {
      options_ = {};
      options_.quiet = true;
      options_.output = scratch_.Path("out");
      options_.task = task;
      options_.tokenizer.set_kind(kind);
      options_.tokenizer.set_lowercase(true);
      options_.shared_vocabulary = task == TRANSLATION && kind == TokenizerSpec::BPE;
      if (kind == TokenizerSpec::BPE) options_.tokenizer.set_vocab_size(300);
      Give("train", MadeCorpus(task, 20'000));
      const std::string before = MadeBefore();
      const auto expected = *Dataset::Open(before);
      options_.vocabulary_of = before;
      options_.tokenizer.Clear();
      options_.shared_vocabulary = false;
      options_.splits.clear();
      Give("test", MadeCorpus(task, 500) + MadeCorpus(task, 300));
      const DatasetManifest manifest = RunWell().manifest;
      ASSERT_EQ(manifest.fields_size(), expected->manifest().fields_size());
      for (int i = 0; i < manifest.fields_size(); ++i) {
        FieldEntry field = expected->manifest().fields(i);
        field.clear_used_types();  // in train, which does not exist here
        EXPECT_EQ(manifest.fields(i).DebugString(), field.DebugString());
      }
    }
  }
}

// A new train may have labels that the other data set lacks, and has its own unseen labels.
TEST_F(PreprocessVocabulariesTest, AdoptsLabelsInOrderAndNamesUnseenOnes) {
  options_.task = CLASSIFICATION;
  options_.label_order = {LabelOrderSpec::Kind::kGiven, {"low", "high"}};
  Give("train", "high\tgood\nlow\tbad\n");
  Give("test", "none\tbad\n");
  options_.vocabulary_of = MadeBefore();
  options_.splits.clear();
  Give("train", "new\tgood\nlow\tbad\n");
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--label_order cannot be used with --vocabulary_of"));
  options_.label_order = {};
  EXPECT_EQ(RunWell().manifest.fields(1).label_order(), FieldEntry::GIVEN);
  EXPECT_THAT(Example("train", 0)[1], ElementsAre(4));
  EXPECT_THAT(Example("train", 1)[1], ElementsAre(0));
  EXPECT_EQ(scratch_.Read("out/label.unseen.txt"), "new\t1\n");
}

// The choice of lines does not depend on the vocabulary.
TEST_F(PreprocessVocabulariesTest, KeepsEmptyLinesWithIdsOfAnotherDataSet) {
  Give("train", "a b\n\nb\n");
  const std::string before = MadeBefore();
  options_.vocabulary_of = before;
  options_.tokenizer.Clear();
  options_.splits.clear();
  Give("test", "b\n\n\na c\n");
  EXPECT_EQ(RunWell().left_out.empty_lines, 2u);
  EXPECT_EQ(TextOf("test"), "b\na <unk>\n");
  options_.tokenizer.set_keep_empty_lines(true);
  const DatasetManifest manifest = RunWell().manifest;
  EXPECT_EQ(TextOf("test"), "b\n\n\na <unk>\n");
  EXPECT_TRUE(manifest.preprocess().keep_empty_lines());
  EXPECT_EQ(manifest.fields(0).vocabulary().fingerprint(),
            (*Dataset::Open(before))->manifest().fields(0).vocabulary().fingerprint());
}

TEST_F(PreprocessVocabulariesTest, CountsLabelsIfTheOtherDataSetHasNone) {
  Give("train", "good bad film\n");
  options_.vocabulary_of = MadeBefore();
  options_.task = CLASSIFICATION;
  options_.splits.clear();
  Give("train", "yes\tbad new film\nno\tbad\n");
  RunWell();
  EXPECT_THAT(Example("train", 0), ElementsAre(ElementsAre(2, 0, 3), ElementsAre(1)));
  options_.splits[0].name = "test";
  std::filesystem::remove_all(options_.output);
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--train=FILE is missing"));
  options_.task = TRANSLATION;
  EXPECT_THAT(Run(),
              FailsWith(kInvalid, "--vocabulary_of requires a data set with the field source"));
  options_.vocabulary_of = scratch_.Path("nowhere");
  EXPECT_THAT(Run(), FailsWith(absl::StatusCode::kNotFound, "nowhere: no such data set"));
}

// The report has the number of lines in the sample.
TEST_F(PreprocessVocabulariesTest, TrainsOnASampleOfTheRequestedSize) {
  options_.tokenizer.set_kind(TokenizerSpec::BPE);
  options_.tokenizer.set_vocab_size(300);
  options_.tokenizer_sample_bytes = 10'000;
  Give("train", MadeCorpus(LANGUAGE_MODEL, 100'000));
  const PreprocessReport report = RunWell();
  EXPECT_GT(report.sampled_lines, 30u);
  EXPECT_LT(report.sampled_lines, report.training_lines / 5);
}

}  // namespace
}  // namespace elman
