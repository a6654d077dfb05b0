// Tests preprocessing for tagging, classification and translation.
#include "data/io/file_system.h"
#include "data/shards/dataset.h"
#include "data/shards/manifest.h"
#include "data/text/corpus_reader.h"
#include "tests/data/preprocess/preprocess_fixture.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

using PreprocessTasksTest = PreprocessFixture;

TEST_F(PreprocessTasksTest, MakesADataSetOfClassification) {
  options_.task = CLASSIFICATION;
  Give("train", "pos\tgood good movie\nneg\tbad movie\n\n");
  Give("valid", "neg\tgood\nmixed\tbad end\n");
  const PreprocessReport report = RunWell();
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"),
            "<unk>\t0\n</s>\t0\ngood\t2\nmovie\t2\nbad\t1\n<s>\t0\n<pad>\t0\n");
  EXPECT_EQ(scratch_.Read("out/label.vocabulary.txt"), "neg\t1\npos\t1\n");
  EXPECT_THAT(Example("train", 0), ElementsAre(ElementsAre(2, 2, 3), ElementsAre(1)));
  EXPECT_THAT(Example("valid", 1), ElementsAre(ElementsAre(4, 0), ElementsAre(/*unseen*/ 4)));
  EXPECT_EQ(scratch_.Read("out/label.unseen.txt"), "mixed\t1\n");
  EXPECT_EQ(report.manifest.splits(1).counts(1).unknown(), 1u);
  EXPECT_EQ(report.left_out.empty_lines, 1u);
  EXPECT_THAT(report.unseen_labels, ElementsAre(Pair("mixed", 1)));
}

TEST_F(PreprocessTasksTest, MakesADataSetOfTagging) {
  options_.task = TAGGING;
  options_.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
  Give("train", "-DOCSTART- O\n\nEU B-ORG\nrejects O\n\nU.S. B-LOC\n");
  Give("test", "EU B-MISC\n");
  const PreprocessReport report = RunWell();
  EXPECT_EQ(scratch_.Read("out/tags.vocabulary.txt"), "B-LOC\t1\nB-ORG\t1\nO\t1\n");
  EXPECT_THAT(Example("train", 0), ElementsAre(ElementsAre(2, 4), ElementsAre(1, 2)));
  EXPECT_THAT(Example("test", 0), ElementsAre(ElementsAre(2), ElementsAre(/*unseen*/ 5)));
  EXPECT_EQ(scratch_.Read("out/tags.unseen.txt"), "B-MISC\t1\n");
  EXPECT_EQ(report.manifest.fields(1).tag_scheme(), FieldEntry::IOB2);
  EXPECT_EQ(report.left_out.document_marks, 1u);
}

// Labels that do not occur in train have the same ids for any number of threads, over several
// chunks.
TEST_F(PreprocessTasksTest, KeepsTheNamesOfUnseenLabels) {
  options_.task = CLASSIFICATION;
  Give("train", "0\tthe word\n");
  std::string valid;
  for (int i = 0; valid.size() < 5 * kChunkBytes / 2; ++i)
    valid += "label " + std::to_string(i * 7919 % 100) + "\tin the beginning was the word\n";
  Give("valid", valid);
  Give("test", "0\tthe\nlast\tthe\nlabel 7\tthe\n");
  std::vector<std::pair<std::string, std::string>> expected;
  for (const int threads : {1, 4}) {
    options_.threads = threads;
    const PreprocessReport report = RunWell();
    EXPECT_EQ(report.manifest.splits(1).counts(1).unknown(),
              report.manifest.splits(1).counts(1).examples());
    EXPECT_EQ(report.manifest.splits(2).counts(1).unknown(), 2u);
    if (threads == 1) expected = Output();
    EXPECT_TRUE(Output() == expected) << threads;
  }
  const auto dataset = *Dataset::Open(options_.output);
  const Vocabulary& labels = dataset->vocabulary(1);
  EXPECT_EQ(labels.unseen_labels().size(), 101u);
  const auto reader = *ExampleReader::Open(dataset, "valid", uint64_t{1} << 30);
  for (uint64_t i = 0; i < reader->examples(); ++i) {
    const auto label = static_cast<uint32_t>((*reader->Read(i)).fields[1][0]);
    ASSERT_EQ(labels.LabelName(label), "label " + std::to_string(i * 7919 % 100));
  }
  EXPECT_EQ(labels.LabelName(static_cast<uint32_t>(Example("test", 1)[1][0])), "last");
  EXPECT_EQ(labels.unseen_labels().front().piece, "label 0");
}

// A model with an ordinal output uses the order of ids as the order of ratings.
TEST_F(PreprocessTasksTest, PutsRatingsInNumericOrder) {
  options_.task = CLASSIFICATION;
  std::string train;
  for (int i = 0; i <= 10; ++i) train += std::to_string(i) + "\tgood\n";
  Give("train", train);
  EXPECT_EQ(RunWell().manifest.fields(1).label_order(), FieldEntry::NUMERIC);
  EXPECT_THAT(Example("train", 9)[1], ElementsAre(9));
  EXPECT_THAT(Example("train", 10)[1], ElementsAre(10)) << "10 is the highest";
  options_.label_order.kind = LabelOrderSpec::Kind::kBytes;
  EXPECT_EQ(RunWell().manifest.fields(1).label_order(), FieldEntry::BYTES);
  EXPECT_THAT(Example("train", 9)[1], ElementsAre(10)) << "9 is the last by its bytes";

  options_.splits.clear();
  Give("train", "mid\ta\nlow\ta\nhigh\ta\n");
  options_.label_order = {LabelOrderSpec::Kind::kGiven, {"low", "mid", "high", "none"}};
  EXPECT_EQ(RunWell().manifest.fields(1).label_order(), FieldEntry::GIVEN);
  EXPECT_EQ(scratch_.Read("out/label.vocabulary.txt"), "low\t1\nmid\t1\nhigh\t1\n");
  options_.label_order.given = {"low", "high"};
  std::filesystem::remove_all(options_.output);
  EXPECT_THAT(Run(), FailsWith(kInvalid, "does not list the label 'mid' of train"));
  options_.task = TAGGING;
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--label_order is for --task=classification"));
}

// The manifest has the columns of words and tags, and a data set with the same vocabulary uses
// them.
TEST_F(PreprocessTasksTest, RecordsTheColumnsOfTags) {
  options_.task = TAGGING;
  options_.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
  Give("train", "0\ta\tX\tO\n0\tb\tY\tO\n");
  options_.columns = {.word = 2, .tag = 3};
  TagColumns columns = RunWell().manifest.fields(1).columns();
  EXPECT_EQ(columns.word(), 2u);
  EXPECT_EQ(columns.tag(), 3u);
  EXPECT_FALSE(columns.conllu());
  EXPECT_EQ(scratch_.Read("out/tags.vocabulary.txt"), "X\t1\nY\t1\n");
  std::filesystem::rename(options_.output, scratch_.Path("first"));
  options_.vocabulary_of = scratch_.Path("first");
  options_.tokenizer.Clear();
  options_.columns = {};
  options_.splits.clear();
  Give("test", "0\tb\tX\tO\n");
  PreprocessReport report = RunWell();
  EXPECT_EQ(report.manifest.fields(1).columns().word(), 2u);
  EXPECT_EQ(report.manifest.splits(0).counts(0).unknown(), 0u);
  EXPECT_EQ(report.manifest.splits(0).counts(1).unknown(), 0u);
  EXPECT_THAT(ReportText(report), testing::HasSubstr("words in column 2, tags in column 3 ("));
  options_.columns.tag = 4;
  std::filesystem::remove_all(options_.output);
  EXPECT_EQ(RunWell().manifest.splits(0).counts(1).unknown(), 1u);
  options_.task = CLASSIFICATION;
  std::filesystem::remove_all(options_.output);
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--word_column and --tag_column are for --task=tagging"));
}

TEST_F(PreprocessTasksTest, RefusesMixedTagSchemes) {
  options_.task = TAGGING;
  const std::string bilou = "a B-x\nb I-x\nc L-x\n\nd U-x\ne O\nf B-x\ng L-x\n\n";
  Give("train", bilou);
  EXPECT_EQ(RunWell().manifest.fields(1).tag_scheme(), FieldEntry::BILOU);
  const auto refused = [&](const std::string& part) {
    std::filesystem::remove_all(options_.output);
    EXPECT_THAT(Run(), FailsWith(kInvalid, part));
  };
  options_.tag_scheme = FieldEntry::IOB2;
  refused(
      "train: line 3: expected a tag of the tag scheme iob2, like the other tags (B-x, I-x), "
      "found ");
  options_.tag_scheme = FieldEntry::UNRECORDED;
  Give("test", "a B-y\nb O\n\nc O\nd E-y\n");
  refused("test: line 5: expected a tag of the tag scheme bilou");
  refused(
      "found 'E-y'. Use one tag scheme in all splits, or evaluate only the accuracy with "
      "--tag_scheme=none");
  options_.tag_scheme = FieldEntry::NONE;
  EXPECT_EQ(RunWell().manifest.fields(1).tag_scheme(), FieldEntry::NONE);
  options_.tag_scheme = FieldEntry::UNRECORDED;
  options_.splits.clear();
  Give("train", "a B-x\nb E-x\nc S-x\nd O\n");
  EXPECT_EQ(RunWell().manifest.fields(1).tag_scheme(), FieldEntry::IOBES);
  Give("test", "a B-x\nb M-x\nc E-x\n");
  EXPECT_EQ(RunWell().manifest.fields(1).tag_scheme(), FieldEntry::BMES) << "train lacks M";
  options_.splits.clear();
  Give("train", bilou + "a O\nb S-y\n");
  refused("train: line 11: expected a tag of the tag scheme bilou, like the other tags (B-x, L-x)");
  options_.task = CLASSIFICATION;
  options_.tag_scheme = FieldEntry::NONE;
  refused("--tag_scheme is for --task=tagging");
}

// Tags show which piece begins a word, so the text is restored word by word.
TEST_F(PreprocessTasksTest, KeepsWordsApartInTaggedPieces) {
  options_.task = TAGGING;
  const std::vector<std::string> words = {"unbelievable", "naïve", "U.S.", "don't", "我们"};
  std::string text;
  for (const std::string& word : words) text += word + "\tT" + word.substr(0, 1) + "\n";
  text = text.substr(0, text.size() - 1) + "\n\n" + MadeCorpus(TAGGING, 20'000);
  for (const auto kind : {TokenizerSpec::WORD, TokenizerSpec::CHARACTER, TokenizerSpec::BYTE,
                          TokenizerSpec::BPE, TokenizerSpec::UNIGRAM}) {
    options_.tokenizer.Clear();
    options_.tokenizer.set_kind(kind);
    if (kind == TokenizerSpec::BPE || kind == TokenizerSpec::UNIGRAM)
      options_.tokenizer.set_vocab_size(300);
    options_.splits.clear();
    Give("train", text);
    RunWell();
    const auto dataset = *Dataset::Open(options_.output);
    const auto example = Example("train", 0);
    ASSERT_EQ(example[0].size(), example[1].size());
    EXPECT_GT(example[0].size(), words.size());
    std::vector<std::string> found;
    std::vector<uint32_t> pieces;
    const auto take_word = [&] {
      if (pieces.empty()) return;
      std::string word = Detokenize(kind, dataset->vocabulary(), pieces);
      word.erase(std::remove(word.begin(), word.end(), ' '), word.end());
      found.push_back(word);
      pieces.clear();
    };
    for (size_t i = 0; i < example[0].size(); ++i) {
      if (example[1][i] != static_cast<int32_t>(dataset->vocabulary(1).no_label_id())) take_word();
      pieces.push_back(static_cast<uint32_t>(example[0][i]));
    }
    take_word();
    EXPECT_EQ(found, words) << TokenizerSpec::Kind_Name(kind);
  }
}

TEST_F(PreprocessTasksTest, MakesADataSetOfTranslation) {
  options_.task = TRANSLATION;
  Give("train", "Go .\tVa !\nGo !\tVa va !\nx\t\n");
  const PreprocessReport report = RunWell();
  EXPECT_EQ(scratch_.Read("out/source.vocabulary.txt"),
            "<unk>\t0\n</s>\t2\nGo\t2\n!\t1\n.\t1\n<s>\t0\n<pad>\t0\n");
  EXPECT_EQ(scratch_.Read("out/target.vocabulary.txt"),
            "<unk>\t0\n</s>\t2\n!\t2\nVa\t2\nva\t1\n<s>\t0\n<pad>\t0\n");
  EXPECT_THAT(Example("train", 1), ElementsAre(ElementsAre(2, 3, 1), ElementsAre(3, 4, 2, 1)));
  EXPECT_EQ(report.left_out.half_pairs, 1u);
  EXPECT_EQ(report.manifest.splits(0).counts(1).words(), 5u);

  options_.shared_vocabulary = true;
  const PreprocessReport shared = RunWell();
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"),
            "<unk>\t0\n</s>\t4\n!\t3\nGo\t2\nVa\t2\n.\t1\nva\t1\n<s>\t0\n<pad>\t0\n");
  EXPECT_EQ(shared.manifest.fields(1).vocabulary().fingerprint(),
            shared.manifest.fields(0).vocabulary().fingerprint());
  EXPECT_THAT(Example("train", 1), ElementsAre(ElementsAre(3, 2, 1), ElementsAre(4, 6, 2, 1)));
}

TEST_F(PreprocessTasksTest, MayTokenizeTheTargetDifferently) {
  options_.task = TRANSLATION;
  options_.tokenizer.set_kind(TokenizerSpec::BPE);
  options_.tokenizer.set_vocab_size(300);
  options_.target_tokenizer.set_kind(TokenizerSpec::CHARACTER);
  Give("train", MadeCorpus(TRANSLATION, 20'000));
  const PreprocessReport report = RunWell();
  EXPECT_EQ(report.manifest.fields(0).tokenizer_file().file(), "source.tokenizer.model");
  EXPECT_FALSE(report.manifest.fields(1).has_tokenizer_file());
  EXPECT_EQ(report.manifest.fields(1).tokenizer().kind(), TokenizerSpec::CHARACTER);
}

// Parallel files and the same pairs in one file give the same data set.
TEST_F(PreprocessTasksTest, ReadsParallelFilesAsPairs) {
  options_.task = TRANSLATION;
  const std::string pairs = MadeCorpus(TRANSLATION, 30'000);
  std::string source, target;
  for (size_t at = 0; at < pairs.size();) {
    const size_t tab = pairs.find('\t', at), end = pairs.find('\n', at);
    source += pairs.substr(at, tab - at) + "\n";
    target += pairs.substr(tab + 1, end - tab);
    at = end + 1;
  }
  Give("train", pairs);
  RunWell();
  const auto expected = Output();
  options_.splits = {
      {"train", {scratch_.Write("source", source)}, {scratch_.Write("target", target)}}};
  RunWell();
  // Everything except the sources in the manifest.
  for (const auto& [name, contents] : expected) {
    if (name == kManifestName) continue;
    EXPECT_TRUE(scratch_.Read("out/" + name) == contents) << name;
  }
}

TEST_F(PreprocessTasksTest, GivesTheSameBytesForAnyNumberOfThreads) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION}) {
    for (const auto kind : {TokenizerSpec::WORD, TokenizerSpec::BPE}) {
      options_.task = task;
      options_.tokenizer.Clear();
      options_.tokenizer.set_kind(kind);
      if (kind == TokenizerSpec::BPE) options_.tokenizer.set_vocab_size(300);
      options_.shard_tokens = 200'000;
      options_.splits.clear();
      Give("train", MadeCorpus(task, 5 * kChunkBytes / 2));
      std::vector<std::pair<std::string, std::string>> expected;
      for (const int threads : {1, 3}) {
        options_.threads = threads;
        RunWell();
        if (threads == 1) expected = Output();
        EXPECT_TRUE(Output() == expected) << Task_Name(task) << threads;
      }
      EXPECT_GT(expected.size(), 5u);
    }
  }
}

// Chunks, spools and shards lose nothing.
TEST_F(PreprocessTasksTest, KeepsEveryExampleInOrder) {
  options_.task = TRANSLATION;
  options_.tokenizer.set_kind(TokenizerSpec::BYTE);
  options_.shard_tokens = 300'000;
  options_.threads = 2;
  const std::string pairs = MadeCorpus(TRANSLATION, 3 * kChunkBytes / 2);
  Give("train", pairs);
  RunWell();
  const auto dataset = *Dataset::Open(options_.output);
  const auto reader = *ExampleReader::Open(dataset, "train", uint64_t{1} << 30);
  std::string found;
  for (uint64_t i = 0; i < reader->examples(); ++i) {
    const ExampleView view = *reader->Read(i);
    for (int f = 0; f < 2; ++f) {
      const std::vector<uint32_t> ids(view.fields[f].begin(), view.fields[f].end());
      std::string text = Detokenize(TokenizerSpec::BYTE, dataset->vocabulary(f), ids);
      ASSERT_EQ(text.back(), '\n') << "</s>";
      if (f == 0) text.back() = '\t';
      found += text;
    }
  }
  EXPECT_TRUE(found == pairs);
}

TEST_F(PreprocessTasksTest, NamesTheLineThatIsMalformed) {
  const auto refused = [&](Task task, const std::string& text, const std::string& part) {
    options_.task = task;
    options_.splits.clear();
    Give("train", text);
    EXPECT_THAT(Run(), FailsWith(kInvalid, scratch_.Path("train") + part));
    EXPECT_THAT(scratch_.Names(), ElementsAre("train"));
  };
  refused(CLASSIFICATION, "1\ta\n2\tb\nno tab\n", ": line 3: expected a label");
  refused(TAGGING, "a O\nb\n", ": line 2: expected 2 columns as in line 1, not 1");
  refused(TRANSLATION, "a\tb\n\nc\n", ": line 3: expected a source");
  refused(CLASSIFICATION, "", ": empty");
  refused(CLASSIFICATION, "1\t\n", ": empty");
  refused(TAGGING, "\n\n", ": empty");
  refused(CLASSIFICATION, "1\t" + std::string(10 << 20, 'x'), ": line 1: expected at most");
}

// A pipe is read from a copy, but messages have the given name.
TEST_F(PreprocessTasksTest, NamesThePipe) {
  options_.task = CLASSIFICATION;
  const std::string path = scratch_.Path("pipe");
  ASSERT_EQ(std::system(("mkfifo " + path + " && (echo no tab > " + path + ") &").c_str()), 0);
  while (!FileExists(path)) {
  }
  options_.splits = {{"train", {path}}};
  EXPECT_THAT(Run(), FailsWith(kInvalid, path + ": line 1"));
}

TEST_F(PreprocessTasksTest, CountsExamplesThatAreNotUtf8) {
  options_.task = CLASSIFICATION;
  Give("train", "a\xff\tgood\nb\tb\xff\nc\td\n");
  EXPECT_EQ(RunWell().invalid_examples, 2u);
  EXPECT_EQ(scratch_.Read("out/label.vocabulary.txt"), "a\\xff\t1\nb\t1\nc\t1\n");
}

}  // namespace
}  // namespace elman
