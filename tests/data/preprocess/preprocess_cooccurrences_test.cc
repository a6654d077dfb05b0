#include "data/preprocess/preprocess_cooccurrences.h"

#include <bit>
#include <filesystem>
#include <map>

#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/shards/dataset.h"
#include "tests/data/preprocess/preprocess_fixture.h"
#include "tests/support/corruption.h"

namespace elman {
namespace {

class PreprocessCooccurrencesTest : public PreprocessFixture {
 protected:
  PreprocessCooccurrencesTest() {
    options_.task = EMBEDDING;
    options_.output = scratch_.Path("text");
    pairs_.dataset = options_.output;
    pairs_.output = scratch_.Path("out");
    pairs_.quiet = true;
  }

  // Counts the text, verifies the result and returns its files.
  std::vector<std::pair<std::string, std::string>> CountWell() {
    std::filesystem::remove_all(pairs_.output);
    EXPECT_THAT(PreprocessCooccurrences(pairs_, nullptr), IsOk());
    EXPECT_THAT(VerifyDataset(pairs_.output).problems, testing::IsEmpty());
    const std::string text = std::exchange(options_.output, pairs_.output);
    auto files = Output();
    options_.output = text;
    return files;
  }

  void ExpectRefused(const std::string& why) {
    EXPECT_THAT(PreprocessCooccurrences(pairs_, nullptr).status().message(),
                testing::HasSubstr(why));
    EXPECT_FALSE(FileExists(pairs_.output));
    EXPECT_FALSE(FileExists(pairs_.output + ".unfinished"));
  }

  CooccurrenceOptions pairs_;
};

TEST_F(PreprocessCooccurrencesTest, CountsThePairsOfOneLine) {
  Give("train", "to be or not to be\nbe\n");
  RunWell();
  pairs_.window = 2;
  CountWell();
  const auto dataset = *Dataset::Open(pairs_.output);
  const auto reader = *ExampleReader::Open(dataset, "train", 0);
  ASSERT_EQ(reader->examples(), 1);
  const ExampleView example = *reader->Read(0);
  std::map<std::string, float> weights;
  for (size_t i = 0; i < example.fields[0].size(); ++i) {
    EXPECT_LE(example.fields[0][i], example.fields[1][i]);
    weights[dataset->vocabulary(0).piece(example.fields[0][i]) + " " +
            dataset->vocabulary(1).piece(example.fields[1][i])] =
        std::bit_cast<float>(example.fields[2][i]);
  }
  // The ids are: be, to, not, or.
  EXPECT_EQ(
      weights,
      (std::map<std::string, float>{
          {"be to", 2}, {"be or", 1}, {"be not", 1}, {"to not", 1}, {"to or", 1}, {"not or", 1}}));
  const DatasetManifest& manifest = dataset->manifest();
  EXPECT_EQ(manifest.preprocess().window(), 2);
  EXPECT_EQ(manifest.splits(0).sources(0).name(), "train");
  EXPECT_EQ(CooccurrenceReport(manifest), "6 pairs of 4 words at distances up to 2, in 1 shard\n");
}

TEST_F(PreprocessCooccurrencesTest, BytesDoNotDependOnThreadsOrMemory) {
  std::string text;
  uint32_t x = 3;
  for (int i = 0; i < 60'000; ++i) {
    x = x * 1664525 + 1013904223;
    text += "w" + std::to_string(x / 65536 % 1500) + (i % 17 == 0 ? "\n" : " ");
  }
  Give("train", text);
  Give("valid", "w1 w2\n");
  RunWell();
  pairs_.shard_tokens = 300'000;
  const auto files = CountWell();
  ASSERT_GT(files.size(), 4) << "one shard is no test";
  const auto dataset = *Dataset::Open(pairs_.output);
  const auto reader = *ExampleReader::Open(dataset, "train", 0);
  ASSERT_GT(reader->examples(), 100);
  for (uint64_t i = 0; i + 1 < reader->examples(); ++i)
    ASSERT_EQ(reader->Read(i)->fields[0].size(), 1024) << i;
  pairs_.threads = 3;
  EXPECT_EQ(CountWell(), files);
  pairs_.memory_mb = 1;  // below the minimum
  EXPECT_EQ(CountWell(), files);
  pairs_.window = 9;
  EXPECT_NE(CountWell(), files);
}

TEST_F(PreprocessCooccurrencesTest, RefusesOtherDataSets) {
  ExpectRefused("no such data set");
  options_.task = CLASSIFICATION;
  Give("train", "a\tb c\n");
  RunWell();
  ExpectRefused(
      "--cooccurrences_of requires a data set of running text, found the task classification");
}

TEST_F(PreprocessCooccurrencesTest, RefusesATextWithoutPairs) {
  Give("train", "a\nb\n");
  RunWell();
  ExpectRefused("no line has two words");
  EXPECT_THAT(CheckOptions(pairs_), IsOk());
  pairs_.window = 0;
  EXPECT_THAT(CheckOptions(pairs_).message(), testing::HasSubstr("--window=0"));
  pairs_.window = 5;
  pairs_.threads = 0;
  EXPECT_THAT(CheckOptions(pairs_).message(), testing::HasSubstr("--threads=0"));
}

TEST_F(PreprocessCooccurrencesTest, EveryDamageIsFound) {
  Give("train", MadeCorpus(LANGUAGE_MODEL, 2000));
  RunWell();
  CountWell();
  for (const std::string name :
       {"train-00000-of-00001.tfrecord", "dataset.textproto", "vocabulary.txt"}) {
    const std::string path = JoinPath(pairs_.output, name);
    const auto check = [&](const std::string& damage) {
      EXPECT_FALSE(VerifyDataset(pairs_.output).ok()) << name << ": " << damage;
    };
    const std::string bytes = scratch_.Read("out/" + name);
    EXPECT_GT(FlipBits(path, bytes, check, /*stride=*/37), 0);
    EXPECT_GT(Truncate(path, bytes, check, /*stride=*/11), 0);
  }
  EXPECT_THAT(VerifyDataset(pairs_.output).problems, testing::IsEmpty());
}

}  // namespace
}  // namespace elman
