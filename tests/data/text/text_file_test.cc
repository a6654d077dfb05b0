#include "data/text/text_file.h"

#include <zlib.h>

#include "data/io/atomic_file.h"
#include "data/records/record_io.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using std::string_literals::operator""s;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// The ASCII text with each byte at index `at` of a unit of `size` bytes.
std::string Widened(const std::string& text, size_t size, size_t at) {
  std::string wide;
  for (const char c : text) {
    wide.append(size, '\0');
    wide[wide.size() - size + at] = c;
  }
  return wide;
}

std::string Found(const std::string& begin) {
  return std::string(CheckTextBegin("F", begin, /*whole=*/true).message());
}

TEST(CheckTextBegin, AcceptsText) {
  for (const std::string& text :
       {""s, "a"s, "\n"s, "\r"s, "one line\r"s, "\r\n\r\n"s, "a\rb\nc\n"s, "\xef\xbb\xbf我\n"s,
        "Gr\xfc\xdf Gott\n"s, "PK is a name\n"s, "BZh9 too\n"s, "PAR1 binds thrombin\n"s, "]\n"s,
        "MZ\n"s, std::string(257, 'x') + "ustar in a text\n", "Rar! a crow\n"s, "a\0b\n"s}) {
    EXPECT_EQ(Found(text), "") << text;
  }
}

TEST(CheckTextBegin, NamesBinaryFormatsAndTheRemedy) {
  const std::string tar = "name"s + std::string(253, '\0') + "ustar  \0"s + std::string(500, '\0');
  const std::pair<std::string, std::string> files[] = {
      {"PK\3\4\x14\0\0\0"s, "a zip archive; unpack it: unzip -p F > F.txt"},
      {"\x5d\0\0\x80\0"s, "lzma data; decompress it: xz -dc --format=lzma F > F.txt"},
      {"\x7f"s + "ELF\2\1\1\0"s, "a program or library (ELF); use a text file"},
      {tar, "a tar archive; unpack it: tar -xOf F > F.txt"},
      {"%PDF-1.7\n"s, "a PDF document; convert it: pdftotext F F.txt"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"s, "git lfs pull"},
      {"BZh91AY&SY\1\2"s, "data that is compressed twice"},
      {"\x1f\x8b\x08"s, "data that is compressed twice"}};
  for (const auto& [bytes, message] : files)
    EXPECT_THAT(Found(bytes), testing::StartsWith("F: offset 0: expected UTF-8 text, found "))
        << message;
  for (const auto& [bytes, message] : files) EXPECT_THAT(Found(bytes), testing::HasSubstr(message));
}

// A shard or checkpoint given instead of text.
TEST(CheckTextBegin, RecognizesRecords) {
  Scratch scratch;
  const std::string path = scratch.Path("records");
  const auto file = *AtomicFile::Create(path);
  ASSERT_THAT(RecordWriter(file.get()).Write("payload"), IsOk());
  ASSERT_THAT(file->Publish(), IsOk());
  EXPECT_THAT(Found(scratch.Read("records")), testing::HasSubstr("TFRecord"));
}

TEST(CheckTextBegin, RecognizesOtherEncodings) {
  const std::string text = "the first line of a text\nand more\n";
  const auto remedy = [](const std::string& encoding) {
    return testing::HasSubstr("iconv -f " + encoding + " -t UTF-8");
  };
  EXPECT_THAT(Found(Widened(text, 2, 0)), remedy("UTF-16LE"));
  EXPECT_THAT(Found(Widened(text, 2, 1)), remedy("UTF-16BE"));
  EXPECT_THAT(Found(Widened(text, 4, 0)), remedy("UTF-32LE"));
  EXPECT_THAT(Found(Widened(text, 4, 3)), remedy("UTF-32BE"));
  EXPECT_THAT(Found("\xff\xfe"s + Widened(text, 2, 0)), remedy("UTF-16"));
  EXPECT_THAT(Found("\xfe\xff"s + Widened(text, 2, 1)), remedy("UTF-16"));
  EXPECT_THAT(Found("\xff\xfe\0\0"s + Widened(text, 4, 0)), remedy("UTF-32"));
}

TEST(CheckTextBegin, RecognizesCarriageReturnLineEnds) {
  EXPECT_THAT(Found("one\rtwo\rthree\r"), testing::HasSubstr("tr '\\r' '\\n' < F > F.txt"));
  // A line feed may follow later.
  EXPECT_THAT(CheckTextBegin("F", "one\rtwo", /*whole=*/false), IsOk());
  EXPECT_THAT(CheckTextBegin("F", "one\rtwo" + std::string(1 << 20, 'x'), /*whole=*/false),
              FailsWith(kInvalid, "carriage returns only"));
}

TEST(ReadTextFile, ReadsByteOrderMarksAndCompressedFiles) {
  Scratch scratch;
  EXPECT_EQ(*ReadTextFile(scratch.Write("file",
                                        "\xef\xbb\xbf"
                                        "a\r\nb\n"),
                          100),
            "a\r\nb\n");
  const std::string path = scratch.Path("compressed");
  const gzFile file = ::gzopen(path.c_str(), "w1");
  ::gzwrite(file, "text", 4);
  ::gzclose(file);
  EXPECT_EQ(*ReadTextFile(path, 4), "text");
  EXPECT_THAT(ReadTextFile(path, 3), FailsWith(kInvalid, path + ": expected at most 3 bytes"));
}

TEST(ReadTextFile, RefusesBinaryFiles) {
  Scratch scratch;
  const std::string path = scratch.Write("file", "a\nb\0c\n"s);
  EXPECT_THAT(ReadTextFile(path, 100), FailsWith(kInvalid, path + ": line 2: expected UTF-8 text"));
  EXPECT_THAT(ReadTextFile(scratch.Write("file", "PK\3\4"), 100), FailsWith(kInvalid, "a zip"));
  EXPECT_THAT(CheckTextFile(scratch.Write("file", "PK\3\4")), FailsWith(kInvalid, "a zip"));
}

}  // namespace
}  // namespace elman
