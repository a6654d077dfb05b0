#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "data/io/paths.h"
#include "data/shards/token_reader.h"
#include "data/text/corpus_reader.h"
#include "tests/data/preprocess/preprocess_fixture.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PreprocessTest : public PreprocessFixture {
 protected:
  void Train(const std::string& text) {
    options_.splits.clear();
    Give("train", text);
  }
};

TEST_F(PreprocessTest, MakesADataSetThatVerifies) {
  Train("the cat\nthe dog sat\n");
  options_.splits.push_back({"valid", {scratch_.Write("valid", "the cow\n")}});
  const auto report = Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(VerifyDataset(options_.output).problems, IsEmpty());
  const TextCounts& train = report->manifest.splits(0).counts(0);
  EXPECT_EQ(train.examples(), 2u);
  EXPECT_EQ(train.words(), 5u);
  EXPECT_EQ(train.bytes(), 20u);
  EXPECT_EQ(train.tokens(), 7u);
  EXPECT_EQ(train.unknown(), 0u);
  EXPECT_EQ(report->manifest.splits(1).counts(0).unknown(), 1u);
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"),
            "<unk>\t0\n</s>\t2\nthe\t2\ncat\t1\ndog\t1\nsat\t1\n<s>\t0\n<pad>\t0\n");
  EXPECT_EQ(TextOf("valid"), "the <unk>\n");
  EXPECT_THAT(scratch_.Names(), ElementsAre("out", "train", "valid"));
}

TEST_F(PreprocessTest, CountsUnknownsInTheVocabularyToo) {
  Train("a a b <unk>\n");
  options_.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
  options_.tokenizer.set_min_count(2);
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(scratch_.Read("out/vocabulary.txt"), "<unk>\t2\n</s>\t1\na\t2\n<s>\t0\n<pad>\t0\n");
}

TEST_F(PreprocessTest, KeepsEmptyLinesOnlyOnRequest) {
  Train("a\n\n \t\nb\n");
  const auto report = Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->left_out.empty_lines, 2u);
  EXPECT_EQ(TextOf("train"), "a\nb\n");
  std::filesystem::remove_all(options_.output);
  options_.tokenizer.set_keep_empty_lines(true);
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(TextOf("train"), "a\n\n\nb\n");
}

// Line numbers count all lines of the split's files, including left-out ones.
TEST_F(PreprocessTest, RecordsLineNumbers) {
  std::string text;
  std::vector<uint64_t> expected;
  for (uint64_t line = 1; text.size() < 5 * kChunkBytes / 2; ++line) {
    const bool empty = line % 3 == 1 || line % 1000 < 20;
    if (!empty) expected.push_back(line);
    text += empty ? "\n" : "some words of line " + std::to_string(line) + "\n";
  }
  const uint64_t lines = std::ranges::count(text, '\n');
  expected.insert(expected.end(), {lines + 2, lines + 3});
  options_.tokenizer.set_vocab_size(100);
  options_.shard_tokens = 100'000;
  Train(text);
  options_.splits[0].files.push_back(scratch_.Write("second", "\na\nthe last"));
  for (const int threads : {1, 3}) {
    options_.threads = threads;
    RunWell();
    const auto reader = *TokenReader::Open(*Dataset::Open(options_.output), "train", 1 << 20);
    std::vector<uint64_t> found;
    for (uint64_t position = 0; position < reader->tokens();) {
      const TokenReader::Extent extent = *reader->ExampleAt(position);
      found.push_back(extent.line);
      position = extent.end;
    }
    EXPECT_TRUE(found == expected);
  }
}

// A line of several megabytes becomes several examples with the same line number.
TEST_F(PreprocessTest, RecordsTheLineNumberOfPieces) {
  std::string text = "first\n\n";
  for (int i = 0; text.size() < 3 * kMaxLineBytes; ++i) text += " word" + std::to_string(i % 977);
  Train(text + "\nlast\n");
  RunWell();
  const auto reader = *TokenReader::Open(*Dataset::Open(options_.output), "train", 1 << 20);
  std::vector<uint64_t> lines;
  for (uint64_t position = 0; position < reader->tokens();) {
    const TokenReader::Extent extent = *reader->ExampleAt(position);
    lines.push_back(extent.line);
    position = extent.end;
  }
  ASSERT_GT(lines.size(), 4u);
  EXPECT_EQ(lines.front(), 1u);
  EXPECT_EQ(lines.back(), 4u);
  EXPECT_EQ(std::ranges::count(lines, 3), std::ssize(lines) - 2);
}

TEST_F(PreprocessTest, GivesTheSameBytesForAnyNumberOfThreads) {
  const std::string text = MadeCorpus(LANGUAGE_MODEL, 5 * kChunkBytes / 2);
  for (const auto kind : {TokenizerSpec::WORD, TokenizerSpec::CHARACTER, TokenizerSpec::BPE}) {
    options_.tokenizer.Clear();
    options_.tokenizer.set_kind(kind);
    if (kind == TokenizerSpec::BPE) options_.tokenizer.set_vocab_size(300);
    options_.shard_tokens = 100'000;
    Train(text);
    std::vector<std::pair<std::string, std::string>> expected;
    for (const int threads : {1, 2, 3}) {
      options_.threads = threads;
      ASSERT_THAT(Run(), IsOk());
      if (threads == 1) expected = Output();
      EXPECT_TRUE(Output() == expected) << threads;
      std::filesystem::remove_all(options_.output);
    }
    EXPECT_GT(expected.size(), 5u);
  }
}

TEST_F(PreprocessTest, LosslessTokenizersRestoreTheText) {
  const std::string text = MadeCorpus(LANGUAGE_MODEL, 15'000);
  for (const auto kind : {TokenizerSpec::CHARACTER, TokenizerSpec::BYTE, TokenizerSpec::BPE,
                          TokenizerSpec::UNIGRAM}) {
    options_.tokenizer.Clear();
    options_.tokenizer.set_kind(kind);
    options_.tokenizer.set_keep_empty_lines(true);
    if (kind == TokenizerSpec::BPE || kind == TokenizerSpec::UNIGRAM)
      options_.tokenizer.set_vocab_size(300);
    Train(text);
    ASSERT_THAT(Run(), IsOk());
    EXPECT_TRUE(TextOf("train") == text) << TokenizerSpec::Kind_Name(kind);
    std::filesystem::remove_all(options_.output);
  }
}

// One line of several megabytes, like text8.
TEST_F(PreprocessTest, HandlesALineOfAnyLength) {
  std::string text;
  for (int i = 0; text.size() < 3 * kMaxLineBytes; ++i)
    text += (i > 0 ? " word" : "word") + std::to_string(i % 977);
  for (const auto kind :
       {TokenizerSpec::CHARACTER, TokenizerSpec::BPE, TokenizerSpec::WHITESPACE}) {
    options_.tokenizer.Clear();
    options_.tokenizer.set_kind(kind);
    if (kind == TokenizerSpec::BPE) options_.tokenizer.set_vocab_size(300);
    Train(text);
    const auto report = Run();
    ASSERT_THAT(report, IsOk());
    const TextCounts& counts = report->manifest.splits(0).counts(0);
    EXPECT_EQ(counts.bytes(), text.size() + 1);
    EXPECT_EQ(counts.words(), static_cast<uint64_t>(std::count(text.begin(), text.end(), ' ') + 1));
    EXPECT_TRUE(TextOf("train") == text + "\n") << TokenizerSpec::Kind_Name(kind);
    std::filesystem::remove_all(options_.output);
  }
}

TEST_F(PreprocessTest, CutsShardsOfEqualSize) {
  Train(MadeCorpus(LANGUAGE_MODEL, 90'000));
  options_.shard_tokens = 1000;
  const auto report = Run();
  ASSERT_THAT(report, IsOk());
  const SplitEntry& split = report->manifest.splits(0);
  EXPECT_EQ(split.shards_size(), static_cast<int>((split.counts(0).tokens() + 999) / 1000));
  uint64_t least = ~uint64_t{0};
  uint64_t most = 0;
  for (const ShardEntry& shard : split.shards()) {
    least = std::min(least, shard.counts(0).tokens());
    most = std::max(most, shard.counts(0).tokens());
  }
  EXPECT_LE(most - least, 40u);
  EXPECT_THAT(VerifyDataset(options_.output).problems, IsEmpty());
}

// More shards than examples: some shards are empty, and nothing is lost.
TEST_F(PreprocessTest, WritesTinyShards) {
  Train("one two three four five six\nseven\n");
  options_.shard_tokens = 1;
  ASSERT_THAT(Run(), IsOk());
  EXPECT_THAT(VerifyDataset(options_.output).problems, IsEmpty());
  EXPECT_EQ(TextOf("train"), "one two three four five six\nseven\n");
}

TEST_F(PreprocessTest, ReadsAPipeTwice) {
  ASSERT_EQ(::mkfifo(scratch_.Path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(scratch_.Path("pipe")) << "from a pipe\n"; });
  options_.splits = {{"train", {scratch_.Path("pipe")}}};
  const auto report = Run();
  writer.join();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(TextOf("train"), "from a pipe\n");
  EXPECT_EQ(report->manifest.splits(0).sources(0).name(), "-");
  EXPECT_EQ(report->manifest.splits(0).sources(0).bytes(), 12u);
  for (const auto& [name, contents] : Output()) EXPECT_EQ(name.find("input"), std::string::npos);
}

TEST_F(PreprocessTest, CountsLinesThatAreNotUtf8) {
  Train(
      "good\nb\xff"
      "d\n\xc3\n");
  const auto report = Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->invalid_examples, 2u);
  EXPECT_EQ(TextOf("train"),
            "good\nb\xff"
            "d\n\xc3\n");
}

TEST_F(PreprocessTest, LeavesNoFilesAfterAFailure) {
  Train("some text\n");
  const auto fail = [&](const std::string& part) {
    EXPECT_THAT(Run(), testing::Not(IsOk()));
    EXPECT_NE(std::string(Run().status().message()).find(part), std::string::npos)
        << Run().status();
    for (const std::string& name : scratch_.Names())
      EXPECT_EQ(name.find("out"), std::string::npos) << name;
  };
  options_.splits.push_back({"valid", {scratch_.Path("missing")}});
  fail("missing");
  options_.splits[1].files = {scratch_.Write("empty", "\n\n")};
  fail("empty");
  options_.splits[1].files = {scratch_.path()};
  fail("a folder");
  // A truncated compressed file; the damage is found only during reading.
  options_.splits[1].files = {
      scratch_.Write("cut", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03K", 11))};
  fail("truncated");
  options_.splits.pop_back();
  Train("");
  fail("empty");
  options_.tokenizer.set_kind(TokenizerSpec::BPE);
  fail("empty");
}

TEST_F(PreprocessTest, DoesNotOverwriteExistingFiles) {
  Train("some text\n");
  ASSERT_THAT(Run(), IsOk());
  const auto before = Output();
  constexpr auto kExists = absl::StatusCode::kAlreadyExists;
  EXPECT_THAT(Run(), FailsWith(kExists, "already contains a data set"));
  EXPECT_EQ(Output(), before);
  options_.output = scratch_.Path("train");
  EXPECT_THAT(Run(), FailsWith(kExists, "--output is an existing file"));
  std::filesystem::create_directory(scratch_.Path("mine"));
  scratch_.Write("mine/notes", "x");
  options_.output = scratch_.Path("mine");
  EXPECT_THAT(Run(), FailsWith(kExists, "other files"));
  EXPECT_THAT(scratch_.Names(), ElementsAre("mine", "out", "train"));
}

// The published counts of WikiText-2, checked on the real corpus if ELMAN_CORPORA names its folder.
TEST_F(PreprocessTest, WikiText2HasThePublishedCounts) {
  const char* corpora = std::getenv("ELMAN_CORPORA");
  if (corpora == nullptr) {
    std::printf("not done: ELMAN_CORPORA is not set\n");
    return;
  }
  const std::string folder = JoinPath(corpora, "wikitext-2");
  options_.splits = {{"train", {JoinPath(folder, "train.txt.xz")}},
                     {"valid", {JoinPath(folder, "valid.txt")}},
                     {"test", {JoinPath(folder, "test.txt")}}};
  options_.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
  options_.tokenizer.set_keep_empty_lines(true);
  const auto report = Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->manifest.fields(0).vocabulary().predicted_size(), 33'278u);
  EXPECT_EQ(report->manifest.splits(0).counts(0).tokens(), 2'088'628u);
  EXPECT_EQ(report->manifest.splits(1).counts(0).tokens(), 217'646u);
  EXPECT_EQ(report->manifest.splits(2).counts(0).tokens(), 245'569u);
  EXPECT_THAT(VerifyDataset(options_.output).problems, IsEmpty());
}

// Difficult texts, such as the Big List of Naughty Strings and tests of UTF-8 decoders, if
// ELMAN_CORPORA names their folder.
TEST_F(PreprocessTest, HandlesDifficultTexts) {
  const char* corpora = std::getenv("ELMAN_CORPORA");
  if (corpora == nullptr) {
    std::printf("not done: ELMAN_CORPORA is not set\n");
    return;
  }
  for (const char* name : {"utf8/UTF-8-test.txt", "utf8/UTF-8-demo.txt", "utf8/utf8tests.bin",
                           "blns/blns.json", "blns/blns.txt", "tinyshakespeare/input.txt"}) {
    for (int kind = TokenizerSpec::WORD; kind <= TokenizerSpec::UNIGRAM; ++kind) {
      options_.tokenizer.Clear();
      options_.tokenizer.set_kind(static_cast<TokenizerSpec::Kind>(kind));
      options_.splits = {{"train", {JoinPath(corpora, name)}}};
      ASSERT_THAT(Run(), IsOk()) << name << " " << kind;
      EXPECT_THAT(VerifyDataset(options_.output).problems, IsEmpty()) << name << " " << kind;
      std::filesystem::remove_all(options_.output);
    }
  }
}

// The corpus has lines "NUMBER:valid:BYTES" and "NUMBER:invalid:BYTES". Exactly the invalid ones
// are found. Only if ELMAN_CORPORA names the folder.
TEST_F(PreprocessTest, DetectsInvalidBytes) {
  const char* corpora = std::getenv("ELMAN_CORPORA");
  if (corpora == nullptr) {
    std::printf("not done: ELMAN_CORPORA is not set\n");
    return;
  }
  options_.splits = {{"train", {JoinPath(corpora, "utf8/utf8tests.bin")}}};
  options_.on_invalid = PreprocessSpec::SKIP;
  options_.tokenizer.set_kind(TokenizerSpec::BYTE);
  const PreprocessReport report = RunWell();
  EXPECT_GT(report.left_out.invalid_examples, 50u);
  const std::string text = TextOf("train");
  EXPECT_EQ(text.find(":invalid"), std::string::npos);
  size_t valid = 0;
  for (size_t at = text.find(":valid:"); at != std::string::npos; at = text.find(":valid:", at + 1))
    ++valid;
  EXPECT_GT(valid, 50u);
}

}  // namespace
}  // namespace elman
