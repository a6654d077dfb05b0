// Tests how examples are divided among splits, how problems in them are found, and what the
// manifest records.
#include <set>

#include "data/io/checksum.h"
#include "data/shards/dataset.h"
#include "tests/data/preprocess/preprocess_fixture.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class PreprocessSplitsTest : public PreprocessFixture {
 protected:
  // The texts of the first field of a split's examples.
  std::multiset<std::string> Texts(const std::string& split) {
    const auto dataset = *Dataset::Open(options_.output);
    const auto reader = *ExampleReader::Open(dataset, split, 0);
    std::multiset<std::string> texts;
    for (uint64_t i = 0; i < reader->examples(); ++i) {
      const auto view = (*reader->Read(i)).fields[0];
      const std::vector<uint32_t> ids(view.begin(), view.end());
      texts.insert(
          Detokenize(dataset->manifest().fields(0).tokenizer().kind(), dataset->vocabulary(), ids));
    }
    return texts;
  }
};

// Equal texts are in the same split, nothing is lost, and the order does not matter.
TEST_F(PreprocessSplitsTest, DividesByTheText) {
  for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
    options_.task = task;
    options_.tokenizer.set_kind(TokenizerSpec::BYTE);
    options_.split_weights.clear();
    options_.splits.clear();
    const std::string text = MadeCorpus(task, 60'000);
    Give("train", text);
    RunWell();
    const std::multiset<std::string> all = Texts("train");
    options_.split_weights = {80, 10, 10};
    const PreprocessReport report = RunWell();
    std::multiset<std::string> together;
    std::vector<std::multiset<std::string>> parts;
    for (const char* split : {"train", "valid", "test"}) {
      parts.push_back(Texts(split));
      EXPECT_GT(parts.back().size(), all.size() / 20);
      for (const auto& other : parts) {
        if (&other == &parts.back()) continue;
        for (const std::string& example : other)
          EXPECT_EQ(parts.back().count(example), 0u) << example;
      }
      together.insert(parts.back().begin(), parts.back().end());
    }
    EXPECT_TRUE(together == all) << Task_Name(task);
    EXPECT_NEAR(static_cast<double>(parts[0].size()), 0.8 * static_cast<double>(all.size()),
                0.05 * static_cast<double>(all.size()));
    EXPECT_EQ(report.manifest.splits(0).sources(0).xxh3(),
              report.manifest.splits(2).sources(0).xxh3());
    // The second half first.
    size_t half = text.find(task == TAGGING ? "\n\n" : "\n", text.size() / 2);
    half += task == TAGGING ? 2 : 1;
    options_.splits.clear();
    Give("train", text.substr(half) + text.substr(0, half));
    RunWell();
    EXPECT_TRUE(Texts("valid") == parts[1]) << Task_Name(task);
  }
}

// For pairs the source decides: all translations of a sentence are in one split. For labels the
// text decides.
TEST_F(PreprocessSplitsTest, DividesByTheInputOfModels) {
  options_.split_weights = {1, 1};
  options_.task = TRANSLATION;
  options_.tokenizer.set_kind(TokenizerSpec::BYTE);
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "source " + std::to_string(i % 40) + "\ttarget " + std::to_string(i) + "\n";
  Give("train", text);
  RunWell();
  const std::multiset<std::string> valid = Texts("valid");
  EXPECT_GT(valid.size(), 25u);
  for (const std::string& source : valid) EXPECT_EQ(valid.count(source), 5u);
}

TEST_F(PreprocessSplitsTest, MakesTheVocabularyFromTheTrainPart) {
  options_.split_weights = {1, 1};
  std::string text;
  for (int i = 0; i < 40; ++i) text += "word" + std::to_string(i) + "\n";
  Give("train", text);
  const DatasetManifest manifest = RunWell().manifest;
  EXPECT_EQ(manifest.fields(0).vocabulary().predicted_size(),
            manifest.splits(0).counts(0).examples() + 2);
  EXPECT_EQ(manifest.splits(1).counts(0).unknown(), manifest.splits(1).counts(0).examples());
  EXPECT_THAT(manifest.preprocess().split_weights(), ElementsAre(1, 1));
}

TEST_F(PreprocessSplitsTest, RefusesInvalidWeights) {
  Give("train", "a\nb\n");
  for (const std::vector<uint64_t>& weights :
       {std::vector<uint64_t>{1}, {0, 1}, {1, 1, 1, 1}, {1'000'001, 1}}) {
    options_.split_weights = weights;
    EXPECT_THAT(Run(),
                FailsWith(kInvalid, "expected two or three whole numbers, the weights of train"));
  }
  options_.split_weights = {1'000'000, 1};
  EXPECT_THAT(Run(), FailsWith(kInvalid,
                               "--split leaves no text for valid, because there are few "
                               "different texts, and equal ones are never divided; write one "
                               "sentence or paragraph per line, use more text"));
  Give("valid", "c\n");
  EXPECT_THAT(Run(), FailsWith(kInvalid, "--valid is given, so its weight in --split must be 0"));
  options_.split_weights = {1, 0, 0};
  EXPECT_THAT(Run(), IsOk());
}

// With exchanged columns, the labels are the texts: each is in one split.
TEST_F(PreprocessSplitsTest, NamesTheFormOfLabelledTextsWhereLabelsAreTexts) {
  options_.task = CLASSIFICATION;
  options_.split_weights = {8, 1, 1};
  std::string text;
  for (int i = 0; i < 160; ++i) text += "film " + std::to_string(i) + "\tgood\n";
  Give("train", text);
  EXPECT_THAT(Run(), FailsWith(kInvalid, "LABEL<TAB>TEXT in each line, with the label first"));
}

TEST_F(PreprocessSplitsTest, WarnsOfTextsInTwoSplits) {
  options_.task = CLASSIFICATION;
  Give("train", "1\tfine film\n1\tbad film\n0\tfine film\n");
  Give("valid", "0\tnew film\n0\tfine film\n");
  Give("test", "1\tfine film\n1\tfine film\n0\tnew film\n0\tother\n");
  const PreprocessReport report = RunWell();
  ASSERT_EQ(report.overlaps.size(), 3u);
  EXPECT_EQ(report.overlaps[0].place, scratch_.Path("valid") + ": line 2");
  EXPECT_EQ(report.overlaps[1].examples, 2u);
  const std::string text = ReportText(report);
  EXPECT_NE(text.find("warning: 2 examples of test have the text of one in train, such as " +
                      scratch_.Path("test") + ": line 1: 'fine film'\n"),
            std::string::npos)
      << text;
  ASSERT_EQ(report.manifest.splits(2).overlaps_size(), 2);
  EXPECT_EQ(report.manifest.splits(2).overlaps(1).split(), "valid");
  EXPECT_EQ(report.manifest.splits(2).overlaps(1).examples(), 3u);
  EXPECT_THAT(scratch_.Names(), ElementsAre("out", "test", "train", "valid"));
  for (const auto& [name, contents] : Output()) EXPECT_EQ(name.find("hashes"), std::string::npos);
}

TEST_F(PreprocessSplitsTest, DoesNotCompareEmptyLinesOfSplits) {
  options_.tokenizer.set_keep_empty_lines(true);
  Give("train", "a\n\n");
  Give("valid", "b\n\n");
  EXPECT_THAT(RunWell().overlaps, IsEmpty());
}

TEST_F(PreprocessSplitsTest, HandlesInvalidBytesAsConfigured) {
  const std::string text =
      "good\nb\xff"
      "d\n\xc3\ngood too\n";
  Give("train", text);
  options_.on_invalid = PreprocessSpec::REPLACE;
  PreprocessReport report = RunWell();
  EXPECT_EQ(report.left_out.invalid_examples, 2u);
  EXPECT_EQ(TextOf("train"), "good\nb \ufffd d\n\ufffd\ngood too\n");
  EXPECT_NE(ReportText(report).find(
                "note: 2 lines have bytes that are not UTF-8; they were read as U+FFFD"),
            std::string::npos);
  options_.on_invalid = PreprocessSpec::SKIP;
  report = RunWell();
  EXPECT_EQ(report.left_out.invalid_examples, 2u);
  EXPECT_EQ(TextOf("train"), "good\ngood too\n");
  EXPECT_NE(ReportText(report).find("they were left out"), std::string::npos);
  EXPECT_EQ(report.manifest.preprocess().on_invalid(), PreprocessSpec::SKIP);
  options_.on_invalid = PreprocessSpec::FAIL;
  std::filesystem::remove_all(options_.output);
  EXPECT_THAT(Run(), FailsWith(kInvalid, scratch_.Path("train") +
                                             ": line 2: expected UTF-8, found other "
                                             "bytes at byte 2 of the line, 'b\\xffd'"));
}

// NUL bytes are rejected for every --on_invalid except SKIP and REPLACE.
TEST_F(PreprocessSplitsTest, RefusesNulBytesByDefault) {
  Give("train", std::string("good\nb\0d\ngood too\n", 18));
  for (const auto way : {PreprocessSpec::KEEP, PreprocessSpec::FAIL}) {
    options_.on_invalid = way;
    EXPECT_THAT(Run(), FailsWith(kInvalid, scratch_.Path("train") +
                                               ": line 2: expected UTF-8 text, found a NUL byte"));
  }
  options_.on_invalid = PreprocessSpec::REPLACE;
  EXPECT_EQ(RunWell().left_out.invalid_examples, 1u);
  EXPECT_EQ(TextOf("train"), "good\nb \ufffd d\ngood too\n");
  options_.on_invalid = PreprocessSpec::SKIP;
  EXPECT_EQ(RunWell().left_out.invalid_examples, 1u);
  EXPECT_EQ(TextOf("train"), "good\ngood too\n");
}

// Inputs are checked before any split is read.
TEST_F(PreprocessSplitsTest, RefusesBinaryFiles) {
  Give("train", "good\n");
  Give("valid", "PK\3\4");
  EXPECT_THAT(Run(), FailsWith(kInvalid, scratch_.Path("valid") +
                                             ": offset 0: expected UTF-8 text, found a zip"));
}

TEST_F(PreprocessSplitsTest, WarnsOfSuspectLines) {
  Give("train", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n");
  Give("valid",
       "d\n\xef\xbb\xbf"
       "e\n");
  const std::string text = ReportText(RunWell());
  EXPECT_THAT(text, testing::HasSubstr("warning: " + scratch_.Path("train") +
                                       ": line 2: '<<<<<<< HEAD': a conflict marker of Git, read "
                                       "as text (the first of 2 such lines); take one side"));
  EXPECT_THAT(text, testing::HasSubstr("warning: " + scratch_.Path("valid") +
                                       ": line 2: '\xef\xbb\xbf"
                                       "e': a byte order mark"));
  // The file is read three times but reported once.
  options_.task = CLASSIFICATION;
  options_.splits.clear();
  options_.split_weights = {1, 1, 1};
  std::string rows = "label\ttext\n";
  for (int i = 0; i < 100; ++i) rows += "m\tword" + std::to_string(i) + "\n";
  Give("train", rows);
  const PreprocessReport report = RunWell();
  ASSERT_EQ(report.suspect_lines.size(), 1u);
  EXPECT_EQ(report.suspect_lines[0].lines, 1u);
}

// All fields are checked, and the reported line is that of the word.
TEST_F(PreprocessSplitsTest, FindsInvalidBytesOfEveryField) {
  options_.on_invalid = PreprocessSpec::FAIL;
  const auto refused = [&](Task task, const std::string& text, const std::string& line) {
    options_.task = task;
    options_.splits.clear();
    Give("train", text);
    EXPECT_THAT(
        Run(), FailsWith(kInvalid, scratch_.Path("train") + ": line " + line + ": expected UTF-8"));
  };
  refused(TAGGING, "a O\nb O\n\nc O\nd\xff O\n", "5");
  refused(TAGGING, "a O\nb B\xff\n", "2");
  refused(CLASSIFICATION, "1\ta\n\xff\tb\n", "2");
  refused(TRANSLATION, "a\tb\na\tb\xe2\x82\n", "2");
  options_.on_invalid = PreprocessSpec::SKIP;
  options_.task = TAGGING;
  options_.splits.clear();
  Give("train", "a O\n\xff O\n\nc O\n");
  EXPECT_EQ(RunWell().manifest.splits(0).counts(0).examples(), 1u);
  options_.on_invalid = PreprocessSpec::REPLACE;
  options_.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
  RunWell();
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"),
            "<unk>\t0\n</s>\t0\na\t1\nc\t1\n\ufffd\t1\n<s>\t0\n<pad>\t0\n");
}

TEST_F(PreprocessSplitsTest, RecordsTheSourceFiles) {
  options_.task = TRANSLATION;
  options_.splits = {{"train",
                      {scratch_.Write("a.en", "one\n"), scratch_.Write("b.en", "two\n")},
                      {scratch_.Write("a.fr", "un\n"), scratch_.Write("b.fr", "deux\n")}}};
  const SplitEntry split = RunWell().manifest.splits(0);
  ASSERT_EQ(split.sources_size(), 4);
  EXPECT_EQ(split.sources(1).name(), "a.fr");
  EXPECT_EQ(split.sources(3).name(), "b.fr");
  EXPECT_EQ(split.sources(3).bytes(), 5u);
  EXPECT_EQ(split.sources(3).xxh3(), Fingerprint().AddUnframed("deux\n").Hex());
  EXPECT_EQ(scratch_.Read("out/dataset.textproto").find(scratch_.path()), std::string::npos);
}

TEST_F(PreprocessSplitsTest, ReportsUnknownWordsAndCoverage) {
  options_.tokenizer.set_min_count(2);
  Give("train", "a a a b b c d e e\n");
  Give("valid", "a x y x c\n");
  const PreprocessReport report = RunWell();
  const FieldStatistics& train = report.manifest.splits(0).surveys(0);
  EXPECT_EQ(train.unknown_types(), 2u);
  EXPECT_EQ(train.unknown_words(0).text(), "c");
  const FieldStatistics& valid = report.manifest.splits(1).surveys(0);
  EXPECT_EQ(valid.unknown_types(), 3u);
  EXPECT_EQ(valid.unknown_words(0).text(), "x");
  EXPECT_EQ(valid.unknown_words(0).count(), 2u);
  EXPECT_EQ(report.manifest.fields(0).used_types(), 3u);
  const std::string text = ReportText(report);
  EXPECT_NE(text.find("vocabulary: 5 types; train has 5 types, 3 of them in the vocabulary "
                      "(80.000% of its tokens); the others are read as <unk>\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("unknown in valid: 3 types ('x' 2, 'c' 1, 'y' 1)\n"), std::string::npos)
      << text;
}

// Lengths are numbers of ids, by field.
TEST_F(PreprocessSplitsTest, CountsLengths) {
  options_.task = CLASSIFICATION;
  Give("train", "1\ta\n0\ta b c\n0\tx y z\n");
  const SplitEntry split = RunWell().manifest.splits(0);
  EXPECT_THAT(split.surveys(0).length_counts(), ElementsAre(1, 0, 2));
  EXPECT_THAT(split.surveys(1).length_counts(), ElementsAre(3));
}

TEST_F(PreprocessSplitsTest, RecordsTheOptionsThatDetermineTheBytes) {
  Give("train", "text\n");
  EXPECT_EQ(RunWell().manifest.preprocess().libraries_size(), 0);
  options_.tokenizer.set_kind(TokenizerSpec::CHARACTER);
  const PreprocessSpec spec = RunWell().manifest.preprocess();
  ASSERT_EQ(spec.libraries_size(), 1);
  EXPECT_EQ(spec.libraries(0).name(), "Unicode");
  EXPECT_EQ(spec.elman_version(), ELMAN_VERSION);
}

TEST_F(PreprocessSplitsTest, HandlesAMillionWords) {
  constexpr int kWords = 1'000'000;
  std::string text;
  for (int i = 0; i < kWords; ++i) {
    text += std::to_string(i);
    text += i % 20 == 19 ? '\n' : ' ';
  }
  Give("train", text);
  const DatasetManifest manifest = RunWell().manifest;
  EXPECT_EQ(manifest.fields(0).vocabulary().predicted_size(), kWords + 2u);
  EXPECT_EQ(manifest.splits(0).counts(0).unknown(), 0u);
}

}  // namespace
}  // namespace elman
