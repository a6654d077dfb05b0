#include "data/text/corpus_reader.h"

#include "data/text/utf8.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Piece {
  std::string text;
  bool continues;
  bool ends;
};

class CorpusReaderTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<Piece>> Pieces(std::vector<std::string> files) {
    CorpusReader reader({.files = std::move(files)});
    TextChunk chunk;
    std::vector<Piece> pieces;
    for (chunks_ = 0;; ++chunks_) {
      const absl::StatusOr<bool> more = reader.Next(&chunk);
      if (!more.ok()) return more.status();
      if (!*more) return pieces;
      EXPECT_EQ(chunk.number, static_cast<uint64_t>(chunks_));
      for (size_t i = 0; i < chunk.lines.size(); ++i) {
        pieces.push_back(
            {std::string(chunk.line(i)), chunk.lines[i].continues, chunk.lines[i].ends});
      }
    }
  }

  // The lines of files with these contents.
  std::vector<std::string> Lines(const std::vector<std::string>& contents) {
    std::vector<std::string> files;
    for (size_t i = 0; i < contents.size(); ++i) {
      files.push_back(scratch_.Write("file" + std::to_string(i), contents[i]));
    }
    const absl::StatusOr<std::vector<Piece>> pieces = Pieces(files);
    EXPECT_THAT(pieces, IsOk());
    std::vector<std::string> lines;
    for (const Piece& piece : *pieces) lines.push_back(piece.text);
    return lines;
  }

  Scratch scratch_;
  int chunks_ = 0;
};

TEST_F(CorpusReaderTest, ReadsLinesOfEveryKind) {
  EXPECT_THAT(Lines({"one\ntwo\n"}), ElementsAre("one", "two"));
  EXPECT_THAT(Lines({"one\ntwo"}), ElementsAre("one", "two"));
  EXPECT_THAT(Lines({"one\r\n\r\ntwo\r\n"}), ElementsAre("one", "", "two"));
  EXPECT_THAT(Lines({"a\rb\n\n\n"}), ElementsAre("a\rb", "", ""));
  EXPECT_THAT(Lines({"last\r"}), ElementsAre("last"));
  EXPECT_THAT(Lines({"\n"}), ElementsAre(""));
  EXPECT_THAT(Lines({""}), IsEmpty());
  EXPECT_THAT(Lines({std::string("a\0b\xff\n", 5)}), ElementsAre(std::string("a\0b\xff", 4)));
}

TEST_F(CorpusReaderTest, DropsTheByteOrderMarkOfEveryFile) {
  EXPECT_THAT(Lines({"\xef\xbb\xbfone\n", "\xef\xbb\xbftwo", "\xef\xbb\xbf"}),
              ElementsAre("one", "two"));
  EXPECT_THAT(Lines({"a\xef\xbb\xbf\n"}), ElementsAre("a\xef\xbb\xbf"));
}

TEST_F(CorpusReaderTest, EndsALineWithItsFile) {
  EXPECT_THAT(Lines({"one\ntw", "o\n", "", "three"}), ElementsAre("one", "tw", "o", "three"));
}

TEST_F(CorpusReaderTest, RefusesUtf16AndSaysWhatToDo) {
  const std::string path = scratch_.Write("file", std::string("\xff\xfe"
                                                              "a\0\n\0",
                                                              6));
  EXPECT_THAT(Pieces({path}), FailsWith(absl::StatusCode::kInvalidArgument, "iconv"));
}

TEST_F(CorpusReaderTest, NamesAMissingFile) {
  EXPECT_THAT(Pieces({scratch_.Write("file", "x\n"), "no/such/file"}),
              FailsWith(absl::StatusCode::kNotFound, "no/such/file"));
}

TEST_F(CorpusReaderTest, CutsLongLinesBeforeASpace) {
  const std::string word(300'000, 'w');
  const std::string line = word + " " + word + " " + word + " " + word + " end";
  const auto pieces = Pieces({scratch_.Write("file", "before\n" + line + "\nafter\n")});
  ASSERT_THAT(pieces, IsOk());
  ASSERT_EQ(pieces->size(), 4u);
  const Piece& first = (*pieces)[1];
  const Piece& second = (*pieces)[2];
  EXPECT_EQ(first.text, word + " " + word + " " + word);
  EXPECT_EQ(second.text, " " + word + " end");
  EXPECT_EQ(first.text + second.text, line);
  EXPECT_FALSE(first.continues);
  EXPECT_FALSE(first.ends);
  EXPECT_TRUE(second.continues);
  EXPECT_TRUE(second.ends);
  EXPECT_FALSE((*pieces)[3].continues);
}

TEST_F(CorpusReaderTest, CutsBetweenCharactersWhereThereIsNoSpace) {
  for (const std::string& character :
       {std::string("x"), std::string("é"), std::string("我"), std::string("😀")}) {
    std::string line = "y";  // so that no bound falls between characters by itself
    while (line.size() < 5 * kMaxLineBytes / 2) line += character;
    const auto pieces = Pieces({scratch_.Write("file", line)});
    ASSERT_THAT(pieces, IsOk());
    ASSERT_EQ(pieces->size(), 3u);
    std::string whole;
    for (const Piece& piece : *pieces) {
      EXPECT_TRUE(IsValidUtf8(piece.text));
      EXPECT_LE(piece.text.size(), kMaxLineBytes);
      whole += piece.text;
    }
    EXPECT_TRUE(whole == line);
  }
}

TEST_F(CorpusReaderTest, TakesALineOfTheGreatestLengthWhole) {
  for (const size_t size : {kMaxLineBytes - 1, kMaxLineBytes}) {
    const std::string line(size, 'x');
    EXPECT_EQ(Lines({line + "\nnext"}).size(), 2u) << size;
    EXPECT_EQ(Lines({line}).size(), 1u) << size;
  }
  EXPECT_EQ(Lines({std::string(kMaxLineBytes + 1, 'x') + "\n"}).size(), 2u);
  EXPECT_EQ(Lines({std::string(kMaxLineBytes, 'x') + "\r\n"}).back().back(), 'x');
}

TEST_F(CorpusReaderTest, KeepsEveryLineOfALargeCorpus) {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 200'000; ++i) {
    expected.push_back(std::string(i % 37, 'a' + i % 26));
    text += expected.back() + "\n";
  }
  EXPECT_EQ(Lines({text}), expected);
  EXPECT_GT(chunks_, 2);
}

class CorpusLayoutTest : public testing::Test {
 protected:
  // The lines of every chunk, a pair of parallel files as two lines.
  absl::StatusOr<std::vector<std::vector<std::string>>> Chunks(const Corpus& corpus, int share = 0,
                                                               int shares = 1) {
    CorpusReader reader(corpus, share, shares);
    TextChunk chunk;
    std::vector<std::vector<std::string>> chunks;
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(&chunk);
      if (!more.ok()) return more.status();
      if (!*more) return chunks;
      chunks.emplace_back();
      places_.clear();
      EXPECT_EQ(chunk.paired, !corpus.target_files.empty());
      for (size_t i = 0; i < chunk.lines.size(); ++i) {
        chunks.back().emplace_back(chunk.line(i));
        places_.push_back(chunk.PlaceOf(i));
      }
    }
  }
  Scratch scratch_;
  std::vector<std::string> places_;  // of the lines of the last chunk
};

TEST_F(CorpusLayoutTest, NamesTheLinesOfEveryFile) {
  const std::string a = scratch_.Write("a", "1\n2\n"), b = scratch_.Write("b", "x\n");
  ASSERT_THAT(Chunks({.files = {a, b}}), IsOk());
  EXPECT_THAT(places_, ElementsAre(a + ": line 1", a + ": line 2", b + ": line 1"));
}

TEST_F(CorpusLayoutTest, PairsTheLinesOfParallelFiles) {
  const std::string a = scratch_.Write("a", "1\n2\n"), b = scratch_.Write("b", "x\ny"),
                    c = scratch_.Write("c", "3\n"), d = scratch_.Write("d", "z\r\n");
  const auto chunks = Chunks({.files = {a, c}, .target_files = {b, d}, .whole_lines = true});
  ASSERT_THAT(chunks, IsOk());
  EXPECT_THAT(chunks->at(0), ElementsAre("1", "x", "2", "y", "3", "z"));
  EXPECT_THAT(places_, ElementsAre(a + ": line 1", b + ": line 1", a + ": line 2", b + ": line 2",
                                   c + ": line 1", d + ": line 1"));
}

TEST_F(CorpusLayoutTest, RefusesParallelFilesOfUnequalLength) {
  const std::string two = scratch_.Write("two", "1\n2\n"), one = scratch_.Write("one", "x\n");
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Chunks({.files = {two}, .target_files = {one}}),
              FailsWith(kInvalid, one + ": expected a line for line 2 of " + two));
  EXPECT_THAT(Chunks({.files = {one}, .target_files = {two}}),
              FailsWith(kInvalid, one + ": expected a line for line 2 of " + two));
}

TEST_F(CorpusLayoutTest, CutsNoLineThatMustBeWhole) {
  const std::string file = scratch_.Write("a", "1\n" + std::string(kMaxLineBytes + 1, 'x') + "\n");
  EXPECT_THAT(Chunks({.files = {file}, .whole_lines = true}),
              FailsWith(absl::StatusCode::kInvalidArgument, file + ": line 2: expected at most"));
  EXPECT_THAT(Chunks({.files = {file}}), IsOk());
}

TEST_F(CorpusLayoutTest, KeepsSentencesInOneChunk) {
  std::string text;
  for (int sentence = 0; text.size() < 3 * kChunkBytes; ++sentence) {
    for (int word = 0; word < sentence % 40 + 1; ++word)
      text += "word" + std::to_string(sentence) + "\tTAG\n";
    text += sentence % 3 == 0 ? " \n\n" : "\n";
  }
  const auto chunks = Chunks({.files = {scratch_.Write("a", text)}, .sentences = true});
  ASSERT_THAT(chunks, IsOk());
  ASSERT_GT(chunks->size(), 2u);
  std::string whole;
  for (const auto& lines : *chunks) {
    EXPECT_THAT(lines.back(), testing::AnyOf("", " "));
    for (const std::string& line : lines) whole += line + "\n";
  }
  EXPECT_TRUE(whole == text);
}

TEST_F(CorpusLayoutTest, EndsASentenceWithItsFile) {
  const std::string a = scratch_.Write("a", "1\tA"), b = scratch_.Write("b", "2\tB\n\n"),
                    c = scratch_.Write("c", "3\tC");
  const auto chunks = Chunks({.files = {a, b, c}, .sentences = true});
  ASSERT_THAT(chunks, IsOk());
  EXPECT_THAT(chunks->at(0), ElementsAre("1\tA", "", "2\tB", "", "3\tC"));
}

TEST_F(CorpusLayoutTest, RefusesASentenceWithoutEnd) {
  std::string text;
  while (text.size() <= kMaxLineBytes) text += "word\tTAG\n";
  const std::string file = scratch_.Write("a", text);
  EXPECT_THAT(Chunks({.files = {file}, .sentences = true}),
              FailsWith(absl::StatusCode::kInvalidArgument, "put an empty line between sentences"));
}

TEST_F(CorpusLayoutTest, DealsChunksOutLikeCards) {
  std::string text;
  while (text.size() < 5 * kChunkBytes) text += "some words of a line " + text.substr(0, 50) + "\n";
  const Corpus corpus = {.files = {scratch_.Write("a", text)}};
  const auto all = *Chunks(corpus);
  ASSERT_GE(all.size(), 5u);
  for (int share = 0; share < 3; ++share) {
    const auto mine = *Chunks(corpus, share, 3);
    for (size_t i = 0; i < mine.size(); ++i) EXPECT_TRUE(mine[i] == all[3 * i + share]);
  }
}

}  // namespace
}  // namespace elman
