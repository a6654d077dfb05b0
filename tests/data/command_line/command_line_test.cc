#include "data/command_line/command_line.h"

#include "absl/flags/flag.h"
#include "tests/support/scratch.h"

ABSL_FLAG(std::string, corpus, "none", "Where the `FILE` is.");
ABSL_FLAG(int, beam, 0, "How wide.");
ABSL_FLAG(bool, fast, false, "Quicker.");
ABSL_FLAG(int, steps, 7, "How many.");
ABSL_FLAG(int, top_pace, 9, "The fastest.");
ABSL_FLAG(elman::RepeatedText, word, {}, "`WORD` One of several.");

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    absl::SetFlag(&FLAGS_corpus, "none");
    absl::SetFlag(&FLAGS_fast, false);
    absl::SetFlag(&FLAGS_steps, 7);
  }

  absl::StatusOr<CommandLine> Parse(std::vector<std::string> words) {
    words.insert(words.begin(), "program");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return ParseCommandLine(static_cast<int>(argv.size()), argv.data(), __FILE__, explain_);
  }

  FlagExplainer explain_;
};

TEST_F(CommandLineTest, SetsFlagsInEveryForm) {
  const auto line = Parse({"--corpus=a=b", "x", "--fast", "--steps", "12", "-", "y=1"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(absl::GetFlag(FLAGS_corpus), "a=b");
  EXPECT_TRUE(absl::GetFlag(FLAGS_fast));
  EXPECT_EQ(absl::GetFlag(FLAGS_steps), 12);
  EXPECT_THAT(line->arguments, ElementsAre("x", "-", "y=1"));
  ASSERT_THAT(Parse({"--nofast"}), IsOk());
  EXPECT_FALSE(absl::GetFlag(FLAGS_fast));
  ASSERT_THAT(Parse({"--fast=true", "-steps=-3"}), IsOk());
  EXPECT_TRUE(absl::GetFlag(FLAGS_fast));
  EXPECT_EQ(absl::GetFlag(FLAGS_steps), -3);
}

TEST_F(CommandLineTest, ARepeatedTextKeepsAllValues) {
  ASSERT_THAT(Parse({"--word=a, b", "--steps=1", "--word", "", "--word=\n"}), IsOk());
  EXPECT_THAT(absl::GetFlag(FLAGS_word).texts, ElementsAre("a, b", "", "\n"));
  ASSERT_THAT(Parse({"--word=c"}), IsOk());
  EXPECT_THAT(absl::GetFlag(FLAGS_word).texts, ElementsAre("c"));
}

TEST_F(CommandLineTest, StopsAtTheDoubleDash) {
  const auto line = Parse({"--steps=1", "--", "--steps=2"});
  ASSERT_THAT(line, IsOk());
  EXPECT_THAT(line->arguments, ElementsAre("--steps=2"));
  EXPECT_EQ(absl::GetFlag(FLAGS_steps), 1);
}

TEST_F(CommandLineTest, NamesTheNearestFlag) {
  EXPECT_THAT(Parse({"--korpus=x"}),
              FailsWith(kInvalid, "unknown flag --korpus; did you mean --corpus?"));
  // Flags of libraries are not accepted.
  EXPECT_THAT(Parse({"--flagfile=x"}), FailsWith(kInvalid, "unknown flag --flagfile"));
}

TEST_F(CommandLineTest, SuggestsOnlyNearFlags) {
  const auto line = Parse({"--max_word=3"});
  EXPECT_THAT(line, FailsWith(kInvalid, "unknown flag --max_word; --help lists all flags"));
  EXPECT_THAT(std::string(line.status().message()), Not(HasSubstr("did you mean")));
}

TEST_F(CommandLineTest, ExplanationsComeBeforeVagueSimilarity) {
  explain_ = [](std::string_view name, std::string_view) {
    return std::string(name == "fest" || name == "stepz" ? "explained" : "");
  };
  EXPECT_THAT(Parse({"--fest=x"}), FailsWith(kInvalid, "unknown flag --fest: explained"));
  EXPECT_THAT(Parse({"--stepz=3"}), FailsWith(kInvalid, "did you mean --steps?"));
  EXPECT_THAT(Parse({"--fats"}), FailsWith(kInvalid, "did you mean --fast?"));
}

TEST_F(CommandLineTest, SuggestsFlagsThatContainTheName) {
  EXPECT_THAT(Parse({"--pace=x"}), FailsWith(kInvalid, "did you mean --top_pace?"));
}

TEST_F(CommandLineTest, KnowsWhatOtherToolsCallAFlag) {
  EXPECT_THAT(Parse({"--beam_size=4 x"}), FailsWith(kInvalid, "did you mean --beam='4 x'?"));
  EXPECT_THAT(Parse({"--beam_size", "4"}), FailsWith(kInvalid, "did you mean --beam=4?"));
  EXPECT_THAT(Parse({"--beam_size"}), FailsWith(kInvalid, "did you mean --beam?"));
  // This program has no flag --checkpoint.
  EXPECT_THAT(Parse({"--ckpt=x"}), FailsWith(kInvalid, "--ckpt; --help lists all flags"));
}

TEST_F(CommandLineTest, SuggestsFlagsThatBeginWithTheName) {
  EXPECT_THAT(Parse({"--cor=x"}),
              FailsWith(kInvalid, "unknown flag --cor; did you mean --corpus?"));
  EXPECT_THAT(Parse({"--co=x"}), FailsWith(kInvalid, "unknown flag --co; --help lists all flags"));
}

TEST_F(CommandLineTest, AddsTheExplanationOfAnUnknownFlag) {
  explain_ = [](std::string_view name, std::string_view value) {
    return name == "rate" ? absl::StrCat("a field, of value ", std::string(value)) : "";
  };
  EXPECT_THAT(Parse({"--rate=3"}), FailsWith(kInvalid, "unknown flag --rate: a field, of value 3"));
  EXPECT_THAT(Parse({"--rate"}), FailsWith(kInvalid, "a field, of value "));
  EXPECT_THAT(Parse({"--tempo=3"}),
              FailsWith(kInvalid, "unknown flag --tempo; --help lists all flags"));
}

// As in programs whose flags are separated from their values by a space.
TEST_F(CommandLineTest, ExplanationsHaveTheValueAfterASpace) {
  explain_ = [](std::string_view name, std::string_view value) {
    return absl::StrCat(std::string(name), "=", std::string(value));
  };
  EXPECT_THAT(Parse({"--rate", "3"}), FailsWith(kInvalid, "unknown flag --rate: rate=3"));
  EXPECT_EQ(Parse({"--rate", "--fast"}).status().message(), "unknown flag --rate: rate=");
  EXPECT_THAT(Parse({"--fast", "true"}),
              FailsWith(kInvalid, "--fast true: write --fast=true, without a space"));
  EXPECT_THAT(Parse({"--fast", "truth"}), IsOk());
}

TEST_F(CommandLineTest, RecordsWhichFlagsWereGiven) {
  const auto line = Parse({"--nofast", "--steps=7", "x"});
  ASSERT_THAT(line, IsOk());
  EXPECT_THAT(line->given, ElementsAre("fast", "steps"));
  EXPECT_THAT(line->values,
              ElementsAre(testing::Pair("fast", "false"), testing::Pair("steps", "7")));
}

TEST_F(CommandLineTest, DetectsFlagsWithoutDashes) {
  EXPECT_THAT(ExpectNoFlagWithoutDashes(*Parse({"x", "steps=3"})),
              FailsWith(kInvalid, "steps=3: flags begin with two dashes; write --steps=3"));
  EXPECT_THAT(ExpectNoFlagWithoutDashes(*Parse({"fast"})), FailsWith(kInvalid, "--fast"));
  EXPECT_THAT(ExpectNoFlagWithoutDashes(*Parse({"max_steps=3"})), IsOk());
  EXPECT_THAT(ExpectNoFlagWithoutDashes(*Parse({"\u2013fast"})),
              FailsWith(kInvalid, "begins with a long dash, not with two hyphens; write --fast"));
  CommandLine line = *Parse({"/"});
  line.known.insert("/");  // a file with the name of a flag
  EXPECT_THAT(ExpectNoFlagWithoutDashes(line), IsOk());
}

TEST_F(CommandLineTest, RefusesBadAndMissingValues) {
  EXPECT_THAT(Parse({"--steps=many"}),
              FailsWith(kInvalid, "--steps=many: expected a whole number"));
  EXPECT_THAT(Parse({"--steps"}), FailsWith(kInvalid, "--steps requires a value: --steps=VALUE"));
  EXPECT_THAT(Parse({"--nosteps"}), FailsWith(kInvalid, "--nosteps"));
  EXPECT_THAT(Parse({"--fast=perhaps"}),
              FailsWith(kInvalid, "--fast=perhaps: expected true or false"));
  EXPECT_EQ(absl::GetFlag(FLAGS_steps), 7);
}

TEST_F(CommandLineTest, DescribesFlags) {
  EXPECT_TRUE(Parse({"--help"})->help);
  EXPECT_TRUE(Parse({"--version"})->version);
  const auto flags = DescribeFlags(__FILE__);
  std::string all;
  for (const auto& flag : flags) {
    absl::StrAppend(&all, flag.name, "=", flag.value, " ", flag.meaning, " [", flag.initial, "]\n");
  }
  EXPECT_EQ(all,
            "beam=N How wide. [0]\n"
            "corpus=FILE Where the FILE is. [none]\n"
            "fast= Quicker. []\n"
            "steps=N How many. [7]\n"
            "top_pace=N The fastest. [9]\n"
            "word=WORD One of several. []\n");
}

TEST_F(CommandLineTest, PrintsErrorsOnOneLine) {
  testing::internal::CaptureStderr();
  PrintError("program", absl::NotFoundError("two\nlines"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "program: error: two lines\n");
  testing::internal::CaptureStderr();
  PrintError("program", absl::NotFoundError("\xff\x1b"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "program: error: \\xff\\x1b\n");
}

}  // namespace
}  // namespace elman
