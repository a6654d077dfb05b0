#include "data/staging/preprocess_options.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class CheckOptionsTest : public testing::Test {
 protected:
  CheckOptionsTest() {
    options_.tokenizer.set_kind(TokenizerSpec::WORD);
    options_.splits = {{"train", {"a.txt"}}};
    options_.output = "out";
  }
  absl::Status Check() { return CheckOptions(&options_); }
  PreprocessOptions options_;
};

TEST_F(CheckOptionsTest, AcceptsMinimalOptions) {
  EXPECT_THAT(Check(), IsOk());
  EXPECT_EQ(options_.tokenizer.vocab_size(), 0u);
}

TEST_F(CheckOptionsTest, FillsInTheSizeOfSubwordVocabularies) {
  options_.tokenizer.set_kind(TokenizerSpec::BPE);
  EXPECT_THAT(Check(), IsOk());
  EXPECT_EQ(options_.tokenizer.vocab_size(), kDefaultSubwordVocabSize);
  options_.tokenizer.set_vocab_size(258);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocab_size=258"));
}

TEST_F(CheckOptionsTest, RequiresMandatoryOptions) {
  options_.splits = {{"valid", {"a.txt"}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--train"));
  options_.splits = {{"train", {"a.txt", ""}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "empty file name"));
  options_.splits = {{"train", {"-"}}, {"valid", {"-"}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "more than once"));
  options_.output = "";
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--output"));
}

TEST_F(CheckOptionsTest, RefusesMeaninglessOptions) {
  options_.tokenizer.set_min_count(2);
  EXPECT_THAT(Check(), IsOk());
  options_.tokenizer.set_kind(TokenizerSpec::UNIGRAM);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--min_count"));
  options_.tokenizer.Clear();
  options_.tokenizer.set_kind(TokenizerSpec::BYTE);
  options_.tokenizer.set_vocab_size(1000);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocab_size"));
}

TEST_F(CheckOptionsTest, RequiresTheFileOfAnImportedTokenizer) {
  options_.tokenizer_file = "file";
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocabulary=file requires --tokenizer=wordpiece"));
  options_.tokenizer.set_kind(TokenizerSpec::WORDPIECE);
  EXPECT_THAT(Check(), IsOk());
  options_.tokenizer.set_vocab_size(1000);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocab_size cannot change the size of an existing"));
  options_.tokenizer.set_vocab_size(0);
  options_.tokenizer.set_min_count(2);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--min_count"));
  options_.tokenizer.set_min_count(0);
  options_.tokenizer_file.clear();
  EXPECT_THAT(Check(), FailsWith(kInvalid, "requires --vocabulary=FILE"));
}

TEST_F(CheckOptionsTest, NeedsNoTrainWithAnAdoptedVocabulary) {
  options_.tokenizer.Clear();
  options_.vocabulary_of = "other";
  options_.splits[0].name = "test";
  EXPECT_THAT(Check(), IsOk());
  options_.splits.clear();
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--train=FILE is missing"));
}

TEST_F(CheckOptionsTest, RefusesNumbersOutOfRange) {
  options_.threads = 0;
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--threads"));
  options_.threads = 1;
  options_.shard_tokens = 0;
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--shard_tokens"));
  options_.shard_tokens = 1;
  options_.tokenizer.set_vocab_size(2);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocab_size=2"));
}

TEST_F(CheckOptionsTest, RefusesOptionsOfOtherTasks) {
  options_.shared_vocabulary = true;
  EXPECT_THAT(Check(), FailsWith(kInvalid, "are for --task=translation"));
  options_.task = TRANSLATION;
  EXPECT_THAT(Check(), IsOk());
  options_.target_tokenizer.set_kind(TokenizerSpec::CHARACTER);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "cannot be used with --shared_vocabulary"));
  options_.shared_vocabulary = false;
  EXPECT_THAT(Check(), IsOk());
  options_.target_tokenizer.set_kind(TokenizerSpec::BPE);
  options_.target_tokenizer.set_vocab_size(5);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--target_vocab_size=5"));
  options_.target_tokenizer.set_vocab_size(0);
  EXPECT_THAT(Check(), IsOk());
  EXPECT_EQ(options_.target_tokenizer.vocab_size(), kDefaultSubwordVocabSize);
  options_.tokenizer.set_keep_empty_lines(true);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--keep_empty_lines"));
}

TEST_F(CheckOptionsTest, ChecksTheMemoryLimit) {
  for (const uint64_t memory_mb : {0, 63, 1 << 25}) {
    options_.memory_mb = memory_mb;
    EXPECT_THAT(Check(), FailsWith(kInvalid, "--memory_mb=" + std::to_string(memory_mb)));
  }
  options_.memory_mb = kMinMemoryMb;
  EXPECT_THAT(Check(), IsOk());
}

TEST_F(CheckOptionsTest, AcceptsParallelFilesForTranslationOnly) {
  options_.splits[0].target_files = {"b.txt"};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--train: parallel files"));
  options_.task = TRANSLATION;
  EXPECT_THAT(Check(), IsOk());
  options_.splits[0].files = {"a.txt", "c.txt"};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "cannot be mixed with other files in one split"));
  options_.splits[0] = {"train", {"-"}, {"-"}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "more than once"));
  options_.splits[0] = {"train", {"-"}, {""}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "empty file name"));
}

}  // namespace
}  // namespace elman
