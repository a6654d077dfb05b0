#include "data/preprocess_options.h"

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

TEST_F(CheckOptionsTest, AcceptsThePlainCase) {
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

TEST_F(CheckOptionsTest, MissesWhatMustBeGiven) {
  options_.splits = {{"valid", {"a.txt"}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--train"));
  options_.splits = {{"train", {"a.txt", ""}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "empty file name"));
  options_.splits = {{"train", {"-"}}, {"valid", {"-"}}};
  EXPECT_THAT(Check(), FailsWith(kInvalid, "once only"));
  options_.output = "";
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--output"));
}

TEST_F(CheckOptionsTest, RefusesOptionsThatMeanNothing) {
  options_.tokenizer.set_min_count(2);
  EXPECT_THAT(Check(), IsOk());
  options_.tokenizer.set_kind(TokenizerSpec::UNIGRAM);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--min_count"));
  options_.tokenizer.Clear();
  options_.tokenizer.set_kind(TokenizerSpec::BYTE);
  options_.tokenizer.set_vocab_size(1000);
  EXPECT_THAT(Check(), FailsWith(kInvalid, "--vocab_size"));
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

}  // namespace
}  // namespace elman
