#include "data/text/text_file.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>

#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/io/bytes.h"
#include "data/io/checksum.h"
#include "data/io/decompression.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// A text with carriage returns but without a line feed in this number of bytes has wrong line ends.
constexpr size_t kCarriageReturnBytes = size_t{1} << 20;
// Size of the begin of a text in which NUL bytes show its encoding.
constexpr size_t kEncodingBytes = size_t{64} << 10;
constexpr size_t kMinEncodingBytes = 16;

// A format that is recognized by bytes at an offset where text does not have them.
struct Format {
  std::string_view magic;
  size_t offset;
  std::string_view what;
  std::string_view remedy;
};

constexpr std::string_view kExport = "export its text, one example per line";

constexpr Format kFormats[] = {
    {"PK\3\4"sv, 0, "a zip archive", "unpack it: unzip -p FILE > TEXT"},
    {"PK\5\6"sv, 0, "an empty zip archive", "use the text file itself"},
    {"\x5d\0\0"sv, 0, "lzma data", "decompress it: xz -dc --format=lzma FILE > TEXT"},
    {"LZIP\1"sv, 0, "lzip data", "decompress it: lzip -dc FILE > TEXT"},
    {"\x04\x22\x4d\x18"sv, 0, "lz4 data", "decompress it: lz4 -dc FILE > TEXT"},
    {"\x89LZO\0\r\n\x1a\n"sv, 0, "lzop data", "decompress it: lzop -dc FILE > TEXT"},
    {"\xff\x06\0\0sNaPpY"sv, 0, "snappy data", "decompress it: snzip -dc FILE > TEXT"},
    {"\x1f\x9d"sv, 0, "data compressed by compress (.Z)", "decompress it: gzip -dc FILE > TEXT"},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "a 7-Zip archive", "unpack it: 7z x -so FILE > TEXT"},
    {"Rar!\x1a\x07"sv, 0, "a RAR archive", "unpack it: unrar p -inul FILE > TEXT"},
    {"ustar"sv, 257, "a tar archive", "unpack it: tar -xOf FILE > TEXT"},
    {"!<arch>\n"sv, 0, "an ar archive", "unpack it: ar x FILE"},
    {"\x7f"
     "ELF"sv,
     0, "a program or library (ELF)", "use a text file"},
    {"%PDF-"sv, 0, "a PDF document", "convert it: pdftotext FILE TEXT"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, 0, "a Microsoft Office document",
     "convert it: libreoffice --convert-to txt:Text FILE"},
    {"{\\rtf"sv, 0, "an RTF document", "convert it: libreoffice --convert-to txt:Text FILE"},
    {"SQLite format 3\0"sv, 0, "an SQLite database", kExport},
    {"PAR1\x15"sv, 0, "a Parquet file", kExport},
    {"ARROW1\0\0"sv, 0, "an Arrow file", kExport},
    {"Obj\1"sv, 0, "an Avro file", kExport},
    {"\x89HDF\r\n\x1a\n"sv, 0, "an HDF5 file", kExport},
    {"\x93NUMPY"sv, 0, "a NumPy array", kExport},
    {"\x80\2}"sv, 0, "a Python pickle", kExport},
    {"\x80\3"sv, 0, "a Python pickle", kExport},
    {"\x80\4\x95"sv, 0, "a Python pickle", kExport},
    {"\x80\5\x95"sv, 0, "a Python pickle", kExport},
    {"\x89PNG\r\n"sv, 0, "an image (PNG)", "use a text file"},
    {"\xff\xd8\xff"sv, 0, "an image (JPEG)", "use a text file"},
    {"version https://git-lfs.github.com/spec/"sv, 0, "a Git LFS pointer instead of the file",
     "get the file: git lfs pull"}};

// All binary files of Elman have record frames; a checksum distinguishes them from other files.
bool BeginsAsRecords(std::string_view begin) {
  static_assert(std::endian::native == std::endian::little);
  constexpr size_t kLengthBytes = 8;
  uint32_t stored = 0;
  if (begin.size() < kLengthBytes + sizeof(stored)) return false;
  const uint32_t crc = Crc32c(begin.substr(0, kLengthBytes), 0);
  CopyFromBytes(begin.substr(kLengthBytes, sizeof(stored)), std::span(&stored, 1));
  return stored == (crc >> 15 | crc << 17) + 0xa282ead8u;
}

// The UTF encoding that the NUL bytes of western text indicate; empty if there is none.
std::string_view EncodingOf(std::string_view begin) {
  if (begin.starts_with("\xff\xfe\0\0"sv) || begin.starts_with("\0\0\xfe\xff"sv)) return "UTF-32";
  if (begin.starts_with("\xff\xfe") || begin.starts_with("\xfe\xff")) return "UTF-16";
  begin = begin.substr(0, std::min(begin.size(), kEncodingBytes) & ~size_t{3});
  if (begin.size() < kMinEncodingBytes) return "";
  size_t nuls[4] = {};
  for (size_t i = 0; i < begin.size(); ++i) nuls[i % 4] += begin[i] == '\0';
  // NUL bytes by position modulo 4: nearly all bytes at three positions in UTF-32, most bytes at
  // two positions in UTF-16, and hardly any in other text.
  const size_t all = begin.size() / 4;
  const auto most = [&](size_t place) { return nuls[place] * 10 >= all * 6; };
  const auto few = [&](size_t place) { return nuls[place] * 10 <= all; };
  if (few(0) && most(1) && most(2) && most(3)) return "UTF-32LE";
  if (most(0) && most(1) && most(2) && few(3)) return "UTF-32BE";
  if (few(0) && most(1) && few(2) && most(3)) return "UTF-16LE";
  if (most(0) && few(1) && most(2) && few(3)) return "UTF-16BE";
  return "";
}

absl::Status NoText(const std::string& file, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": offset 0: expected UTF-8 text, found ", CommandOn(what, file)));
}

}  // namespace

std::string DescribeNoText(std::string_view begin) {
  for (const Format& format : kFormats) {
    if (begin.size() < format.offset) continue;
    // A match inside the text is not sufficient.
    const bool proven =
        format.offset == 0 || begin.substr(0, format.offset).find('\0') != begin.npos;
    if (proven && begin.substr(format.offset).starts_with(format.magic))
      return absl::StrCat(std::string(format.what), "; ", std::string(format.remedy));
  }
  if (BeginsAsRecords(begin)) {
    return "a binary file of Elman or TensorFlow (TFRecord), such as a shard or a checkpoint; use "
           "the text that it was made from";
  }
  if (BeginsCompressed(begin))
    return "data that is compressed twice; decompress the file once and use the result";
  return "";
}

absl::Status CheckTextBegin(const std::string& file, std::string_view begin, bool whole) {
  if (const std::string found = DescribeNoText(begin); !found.empty()) return NoText(file, found);
  if (const std::string encoding(EncodingOf(begin)); !encoding.empty()) {
    const bool mark = encoding.size() == 6;
    return NoText(file, absl::StrCat(mark ? "the byte order mark of " : "text in ", encoding,
                                     "; convert it: iconv -f ", encoding, " -t UTF-8 FILE > TEXT"));
  }
  // The last carriage return may be part of a line end.
  const size_t end = begin.find('\r');
  const bool enough = whole || begin.size() >= kCarriageReturnBytes;
  if (enough && end != begin.npos && end + 1 < begin.size() && begin.find('\n') == begin.npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, ": line 1: expected lines that end in a line feed, found carriage ",
        "returns only; convert it: ", CommandOn("tr '\\r' '\\n' < FILE > TEXT", file)));
  }
  return absl::OkStatus();
}

absl::Status CheckTextFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenDecompressed(path));
  std::string begin(kCarriageReturnBytes, '\0');
  size_t filled = 0, count = 1;
  while (count > 0 && filled < begin.size()) {
    ASSIGN_OR_RETURN(count, source->Read(begin.data() + filled, begin.size() - filled));
    filled += count;
  }
  begin.resize(filled);
  return CheckTextBegin(path, begin, /*whole=*/count == 0);
}

absl::Status NulByteAt(const std::string& place) {
  return absl::InvalidArgumentError(
      absl::StrCat(place,
                   ": expected UTF-8 text, found a NUL byte; if the file is UTF-16, convert it "
                   "(iconv -f UTF-16LE -t UTF-8 FILE > TEXT); otherwise remove the NUL bytes (tr "
                   "-d '\\000' < FILE > TEXT)"));
}

bool IsConflictMarker(std::string_view line) {
  return line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
}

size_t ByteOrderMarkBytes(std::string_view begin) {
  return begin.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

absl::StatusOr<std::string> ReadDecompressed(const std::string& path, uint64_t max_bytes) {
  constexpr size_t kPartBytes = size_t{64} << 10;
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenDecompressed(path));
  std::string contents;
  for (;;) {
    const size_t filled = contents.size();
    contents.resize(filled + std::max(kPartBytes, filled / 2));
    ASSIGN_OR_RETURN(const size_t count,
                     source->Read(contents.data() + filled, contents.size() - filled));
    contents.resize(filled + count);
    if (count == 0) return contents;
    if (contents.size() > max_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": expected at most ", max_bytes, " bytes, found more"));
    }
  }
}

absl::StatusOr<std::string> ReadTextFile(const std::string& path, uint64_t max_bytes) {
  ASSIGN_OR_RETURN(std::string text, ReadDecompressed(path, max_bytes));
  RETURN_IF_ERROR(CheckTextBegin(path, text, /*whole=*/true));
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(nul), '\n');
    return NulByteAt(absl::StrCat(path, ": line ", line + 1));
  }
  text.erase(0, ByteOrderMarkBytes(text));
  return text;
}

}  // namespace elman
