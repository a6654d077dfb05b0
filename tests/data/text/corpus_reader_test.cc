#include "data/text/corpus_reader.h"

#include <zlib.h>

#include "data/format/utf8.h"
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
      if (absl::Status status = reader.Read(&chunk); !status.ok()) return status;
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

TEST_F(CorpusReaderTest, EndsALineAtTheEndOfAFile) {
  EXPECT_THAT(Lines({"one\ntw", "o\n", "", "three"}), ElementsAre("one", "tw", "o", "three"));
}

TEST_F(CorpusReaderTest, RefusesUtf16WithARemedy) {
  const std::string path = scratch_.Write("file", std::string("\xff\xfe"
                                                              "a\0\n\0",
                                                              6));
  EXPECT_THAT(Pieces({path}), FailsWith(absl::StatusCode::kInvalidArgument, "iconv"));
}

TEST_F(CorpusReaderTest, NamesAMissingFile) {
  EXPECT_THAT(Pieces({scratch_.Write("file", "x\n"), "no/such/file"}),
              FailsWith(absl::StatusCode::kNotFound, "no/such/file"));
}

// A part of the text begins at each MiB; "before" has seven bytes.
TEST_F(CorpusReaderTest, CutsLongLinesBeforeASpace) {
  const std::string word(300'000, 'w');
  std::string line = word;
  for (int i = 0; i < 8; ++i) line += " " + word;
  const auto pieces = Pieces({scratch_.Write("file", "before\n" + line + "\nafter\n")});
  ASSERT_THAT(pieces, IsOk());
  ASSERT_EQ(pieces->size(), 4u);
  const Piece& first = (*pieces)[1];
  const Piece& second = (*pieces)[2];
  EXPECT_EQ(first.text, word + " " + word + " " + word + " " + word);
  EXPECT_EQ(second.text.substr(0, 2), " w");
  EXPECT_EQ(first.text + second.text, line);
  EXPECT_FALSE(first.continues);
  EXPECT_FALSE(first.ends);
  EXPECT_TRUE(second.continues);
  EXPECT_TRUE(second.ends);
  EXPECT_FALSE((*pieces)[3].continues);
}

TEST_F(CorpusReaderTest, CutsBetweenCharactersIfThereIsNoSpace) {
  for (const std::string& character :
       {std::string("x"), std::string("é"), std::string("我"), std::string("😀")}) {
    std::string line = "y";  // so that cuts do not always fall between characters
    while (line.size() < 7 * kChunkBytes / 2) line += character;
    const auto pieces = Pieces({scratch_.Write("file", line)});
    ASSERT_THAT(pieces, IsOk());
    ASSERT_EQ(pieces->size(), 3u);
    std::string whole;
    for (const Piece& piece : *pieces) {
      EXPECT_TRUE(IsValidUtf8(piece.text));
      EXPECT_LE(piece.text.size(), 2 * kChunkBytes);
      whole += piece.text;
    }
    EXPECT_TRUE(whole == line);
  }
}

TEST_F(CorpusReaderTest, KeepsALineOfMaximumLengthWhole) {
  for (const size_t before : {size_t{0}, size_t{1}, kChunkBytes - 1, kChunkBytes}) {
    std::string text(before, '\n');
    for (const size_t size : {kMaxLineBytes - 1, kMaxLineBytes}) {
      const std::string line(size, 'x');
      EXPECT_EQ(Lines({text + line + "\nnext"}).size(), before + 2) << size;
      EXPECT_EQ(Lines({text + line}).size(), before + 1) << size;
    }
  }
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
  // The lines of every chunk. Pairs of parallel files give two lines.
  absl::StatusOr<std::vector<std::vector<std::string>>> Chunks(const Corpus& corpus, int share = 0,
                                                               int shares = 1) {
    CorpusReader reader(corpus, share, shares);
    TextChunk chunk;
    std::vector<std::vector<std::string>> chunks;
    places_.clear();
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(&chunk);
      if (!more.ok()) return more.status();
      if (!*more) return chunks;
      if (absl::Status status = reader.Read(&chunk); !status.ok()) return status;
      chunks.emplace_back();
      EXPECT_EQ(chunk.paired, !corpus.target_files.empty());
      for (size_t i = 0; i < chunk.lines.size(); ++i) {
        chunks.back().emplace_back(chunk.line(i));
        if (i == 0) places_.push_back(chunk.PlaceOf(i));
        if (i + 1 == chunk.lines.size()) places_.push_back(chunk.PlaceOf(i));
      }
    }
  }
  Scratch scratch_;
  std::vector<std::string> places_;  // places of the first and last lines of the chunks
};

TEST_F(CorpusLayoutTest, NamesTheLinesOfEveryFile) {
  const std::string a = scratch_.Write("a", "1\n2\n"), b = scratch_.Write("b", "x\n");
  ASSERT_THAT(Chunks({.files = {a, b}}), IsOk());
  EXPECT_THAT(places_, ElementsAre(a + ": line 1", a + ": line 2", b + ": line 1", b + ": line 1"));
}

TEST_F(CorpusLayoutTest, PairsTheLinesOfParallelFiles) {
  const std::string a = scratch_.Write("a", "1\n2\n"), b = scratch_.Write("b", "x\ny"),
                    c = scratch_.Write("c", "3\n"), d = scratch_.Write("d", "z\r\n");
  const auto chunks = Chunks({.files = {a, c}, .target_files = {b, d}, .whole_lines = true});
  ASSERT_THAT(chunks, IsOk());
  EXPECT_THAT(*chunks, ElementsAre(ElementsAre("1", "x", "2", "y"), ElementsAre("3", "z")));
  EXPECT_THAT(places_, ElementsAre(a + ": line 1", b + ": line 2", c + ": line 1", d + ": line 1"));
}

TEST_F(CorpusLayoutTest, RefusesParallelFilesOfUnequalLength) {
  const std::string two = scratch_.Write("two", "1\n2\n"), one = scratch_.Write("one", "x\n");
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Chunks({.files = {two}, .target_files = {one}}),
              FailsWith(kInvalid, one + ": expected a line for line 2 of " + two));
  EXPECT_THAT(Chunks({.files = {one}, .target_files = {two}}),
              FailsWith(kInvalid, one + ": expected a line for line 2 of " + two));
}

TEST_F(CorpusLayoutTest, DoesNotCutLinesThatMustBeWhole) {
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
    EXPECT_TRUE(lines.empty() || lines.back() == "" || lines.back() == " ");
    for (const std::string& line : lines) whole += line + "\n";
  }
  EXPECT_TRUE(whole == text);
}

TEST_F(CorpusLayoutTest, EndsASentenceAtTheEndOfAFile) {
  const std::string a = scratch_.Write("a", "1\tA"), b = scratch_.Write("b", "2\tB\n\n"),
                    c = scratch_.Write("c", "3\tC");
  const auto chunks = Chunks({.files = {a, b, c}, .sentences = true});
  ASSERT_THAT(chunks, IsOk());
  EXPECT_THAT(*chunks,
              ElementsAre(ElementsAre("1\tA"), ElementsAre("2\tB", ""), ElementsAre("3\tC")));
}

TEST_F(CorpusLayoutTest, RefusesASentenceWithoutEnd) {
  std::string text;
  while (text.size() <= kMaxLineBytes) text += "word\tTAG\n";
  const std::string file = scratch_.Write("a", text);
  EXPECT_THAT(Chunks({.files = {file}, .sentences = true}),
              FailsWith(absl::StatusCode::kInvalidArgument, "put an empty line between sentences"));
}

// For all text around the cuts.
TEST_F(CorpusLayoutTest, CutsCompressedAndPlainFilesEqually) {
  uint32_t random = 1;
  const auto draw = [&] { return (random = random * 1664525 + 1013904223) >> 16; };
  for (int round = 0; round < 6; ++round) {
    std::string text = round % 2 == 0 ? "\xef\xbb\xbf" : "";
    while (text.size() < 4 * kChunkBytes) {
      const size_t size = draw() % 9 == 0 ? draw() * (draw() % 40) : draw() % 60;
      text += std::string(size, draw() % 2 == 0 ? 'x' : ' ') + (draw() % 3 == 0 ? "\n\n" : "\r\n");
    }
    const std::string plain = scratch_.Write("plain", text);
    const std::string compressed = scratch_.Path("compressed");
    const gzFile file = ::gzopen(compressed.c_str(), "w1");
    ASSERT_EQ(::gzwrite(file, text.data(), text.size()), static_cast<int>(text.size()));
    ASSERT_EQ(::gzclose(file), Z_OK);
    for (const bool sentences : {false, true}) {
      const auto expected = Chunks({.files = {plain}, .sentences = sentences});
      const std::vector<std::string> places = places_;
      const auto found = Chunks({.files = {compressed}, .sentences = sentences});
      ASSERT_EQ(expected.ok(), found.ok());
      if (!found.ok()) continue;
      EXPECT_TRUE(*found == *expected);
      EXPECT_EQ(places.size(), places_.size());
      EXPECT_EQ(places.back().substr(plain.size()), places_.back().substr(compressed.size()));
    }
  }
}

// Checks the line number of every line of every chunk.
TEST_F(CorpusLayoutTest, CountsTheLinesBeforeAChunk) {
  std::string text;
  for (int i = 1; text.size() < 3 * kChunkBytes; ++i)
    text += std::to_string(i) + std::string(i % 50'000, ' ') + "\n";
  const std::string file = scratch_.Write("a", text);
  const auto chunks = *Chunks({.files = {file}});
  ASSERT_GT(chunks.size(), 2u);
  std::vector<std::string> expected;
  for (const auto& lines : chunks) {
    if (lines.empty()) continue;  // only the end of a line of the previous part
    for (const std::string& line : {lines.front(), lines.back()})
      expected.push_back(file + ": line " + std::to_string(std::stoul(line)));
  }
  EXPECT_EQ(places_, expected);
}

TEST_F(CorpusLayoutTest, DividesChunksAmongShares) {
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
