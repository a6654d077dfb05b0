#include "data/text/line_reader.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

// Pieces are tested in corpus_reader_test; this test checks their places.
TEST(LineReader, ReportsThePlaceOfALine) {
  Scratch scratch;
  const std::string first = scratch.Write("a", "one\n\nthree"), empty = scratch.Write("b", ""),
                    last = scratch.Write("c", std::string(kMaxLineBytes + 5, 'x') + "\ntwo\n");
  LineReader reader({first, empty, last});
  LinePiece piece;
  struct Expected {
    std::string file;
    size_t number;
    uint64_t line;
  };
  for (const Expected& expected : std::vector<Expected>{
           {first, 0, 1}, {first, 0, 2}, {first, 0, 3}, {last, 2, 1}, {last, 2, 1}, {last, 2, 2}}) {
    ASSERT_TRUE(*reader.Next(&piece));
    EXPECT_EQ(reader.file(), expected.file);
    EXPECT_EQ(reader.file_number(), expected.number);
    EXPECT_EQ(reader.line(), expected.line);
  }
  EXPECT_EQ(piece.text, "two");
  EXPECT_FALSE(*reader.Next(&piece));
  EXPECT_FALSE(*reader.Next(&piece));
}

TEST(LineReader, RefusesBinaryFiles) {
  Scratch scratch;
  LinePiece piece;
  LineReader zip({scratch.Write("a", "PK\3\4 and more")});
  EXPECT_THAT(zip.Next(&piece), FailsWith(absl::StatusCode::kInvalidArgument, "a zip archive"));
  const std::string file = scratch.Write("b", std::string("one\ntw\0o\n", 9));
  LineReader nul({file});
  EXPECT_TRUE(*nul.Next(&piece));
  EXPECT_THAT(nul.Next(&piece), FailsWith(absl::StatusCode::kInvalidArgument, file + ": line 2: "));
}

}  // namespace
}  // namespace elman
