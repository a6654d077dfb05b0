#include "data/io/decompression.h"

#include <bzlib.h>
#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr size_t kInputBytes = size_t{256} << 10;
constexpr uint64_t kXzMemoryBytes = uint64_t{1} << 30;
// The largest window, made by `zstd --long=31`: 2 GiB. Memory is allocated only as it is filled.
constexpr int kZstdWindowLog = 31;

enum class Compression { kNone, kGzip, kBzip2, kXz, kZstd };

// The first bytes of a format. The byte at index `any`, if that is set, may be any from `low` to
// `high`.
struct Magic {
  Compression format;
  std::string_view bytes;
  size_t any = std::string_view::npos;
  unsigned char low = 0, high = 0;
};

constexpr Magic kMagics[] = {
    {Compression::kGzip, {"\x1f\x8b", 2}},
    {Compression::kBzip2, {"BZh91AY&SY", 10}, 3, '1', '9'},
    {Compression::kBzip2, {"BZh9\x17\x72\x45\x38\x50\x90", 10}, 3, '1', '9'},  // an empty stream
    {Compression::kXz, {"\xfd\x37\x7a\x58\x5a\x00", 6}},
    {Compression::kZstd, {"\x28\xb5\x2f\xfd", 4}},
    {Compression::kZstd, {"\x50\x2a\x4d\x18", 4}, 0, 0x50, 0x5f},  // a skippable frame
};
constexpr size_t kLongestMagic = 10;
// A file that ends within a magic and matches this number of bytes counts as truncated compressed
// data, not as text.
constexpr size_t kMinMatchedBytes = 6;

// Length of the common prefix of `begin` and the magic.
size_t MatchedBytes(const Magic& magic, std::string_view begin) {
  size_t i = 0;
  for (; i < std::min(magic.bytes.size(), begin.size()); ++i) {
    const auto byte = static_cast<unsigned char>(begin[i]);
    const bool matches =
        i == magic.any ? byte >= magic.low && byte <= magic.high : begin[i] == magic.bytes[i];
    if (!matches) break;
  }
  return i;
}

Compression CompressionOf(std::string_view begin) {
  for (const Magic& magic : kMagics) {
    const size_t matched = MatchedBytes(magic, begin);
    if (matched == magic.bytes.size() || (matched == begin.size() && matched >= kMinMatchedBytes))
      return magic.format;
  }
  return Compression::kNone;
}

// Whether `begin` is an incomplete begin of compressed data.
bool MayBecomeCompressed(std::string_view begin) {
  return std::ranges::any_of(kMagics, [&](const Magic& magic) {
    return begin.size() < magic.bytes.size() && MatchedBytes(magic, begin) == begin.size();
  });
}

class FileBytes : public ByteSource {
 public:
  FileBytes(std::string path, int fd, bool owned)
      : path_(std::move(path)), fd_(fd), owned_(owned) {}
  ~FileBytes() override {
    if (owned_) ::close(fd_);
  }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    for (;;) {
      const ssize_t count = ::read(fd_, buffer, std::min(size, size_t{1} << 30));
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) return ErrnoStatus(errno, "read", path_);
    }
  }

 private:
  const std::string path_;
  const int fd_;
  const bool owned_;
};

// Buffered compressed bytes. The bytes that were read to detect the format come first.
class Input {
 public:
  Input(std::string path, std::unique_ptr<ByteSource> source, std::string begin)
      : path_(std::move(path)), source_(std::move(source)), buffer_(std::move(begin)) {
    filled_ = buffer_.size();
    buffer_.resize(std::max(buffer_.size(), kInputBytes));
  }

  // Makes bytes available. At the end of the file, ended() becomes true instead.
  absl::Status Fill() {
    if (used_ < filled_ || ended_) return absl::OkStatus();
    offset_ += filled_;
    used_ = 0;
    ASSIGN_OR_RETURN(filled_, source_->Read(buffer_.data(), buffer_.size()));
    ended_ = filled_ == 0;
    return absl::OkStatus();
  }

  char* data() { return buffer_.data() + used_; }
  size_t size() const { return filled_ - used_; }
  void Use(size_t bytes) { used_ += bytes; }
  bool ended() const { return ended_; }

  absl::Status Error(std::string_view what) const {
    return absl::DataLossError(
        absl::StrCat(Place(), std::string(what), "; download or copy the file again"));
  }
  // An error for intact data that cannot be read here.
  absl::Status Unreadable(std::string_view what, std::string_view remedy) const {
    return absl::InvalidArgumentError(
        absl::StrCat(Place(), std::string(what), "; ", std::string(remedy)));
  }
  absl::Status OutOfMemory(std::string_view format) const {
    return absl::ResourceExhaustedError(
        absl::StrCat(Place(), "not enough memory to decompress ", std::string(format),
                     " data; decompress the file on another machine and use the text"));
  }

 private:
  std::string Place() const { return absl::StrCat(path_, ": offset ", offset_ + used_, ": "); }

  const std::string path_;
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  size_t filled_ = 0;
  size_t used_ = 0;
  uint64_t offset_ = 0;  // offset in the file of the first byte of the buffer
  bool ended_ = false;
};

// Passes bytes through without a buffer, so that poll() on the file shows unread bytes.
class PlainBytes : public ByteSource {
 public:
  PlainBytes(std::unique_ptr<ByteSource> source, std::string begin)
      : source_(std::move(source)), begin_(std::move(begin)) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    if (used_ == begin_.size()) return source_->Read(buffer, size);
    const size_t count = begin_.copy(buffer, size, used_);
    used_ += count;
    return count;
  }

 private:
  const std::unique_ptr<ByteSource> source_;
  const std::string begin_;  // bytes that were read to detect the format
  size_t used_ = 0;
};

class GzipBytes : public ByteSource {
 public:
  explicit GzipBytes(Input input) : input_(std::move(input)) {
    constexpr int kGzipOnly = 16;  // added to the window bits
    start_ = inflateInit2(&stream_, kGzipOnly + MAX_WBITS);
  }
  ~GzipBytes() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    if (start_ != Z_OK) return input_.OutOfMemory("gzip");
    size = std::min(size, size_t{1} << 30);
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      RETURN_IF_ERROR(input_.Fill());
      if (input_.ended()) {
        if (between_members_) return 0;
        return input_.Error("truncated gzip data");
      }
      if (between_members_) {
        inflateReset(&stream_);
        between_members_ = false;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
      stream_.avail_in = static_cast<uInt>(input_.size());
      const size_t before = input_.size();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      input_.Use(before - stream_.avail_in);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result == Z_MEM_ERROR) {
        return input_.OutOfMemory("gzip");
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return input_.Error(absl::StrCat("damaged gzip data: ",
                                         stream_.msg != nullptr ? stream_.msg : zError(result)));
      }
    }
    return size - stream_.avail_out;
  }

 private:
  Input input_;
  z_stream stream_ = {};
  int start_;
  bool between_members_ = false;
};

// A file has one stream or several, as made by pbzip2 and in Wikipedia dumps.
class Bzip2Bytes : public ByteSource {
 public:
  explicit Bzip2Bytes(Input input) : input_(std::move(input)) { Begin(); }
  ~Bzip2Bytes() override { BZ2_bzDecompressEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    size = std::min(size, size_t{1} << 30);
    stream_.next_out = buffer;
    stream_.avail_out = static_cast<unsigned>(size);
    while (stream_.avail_out == size) {
      RETURN_IF_ERROR(input_.Fill());
      if (input_.ended()) {
        if (between_streams_) return 0;
        return input_.Error("truncated bzip2 data");
      }
      if (between_streams_) {
        BZ2_bzDecompressEnd(&stream_);
        Begin();
      }
      if (start_ != BZ_OK) return input_.OutOfMemory("bzip2");
      stream_.next_in = input_.data();
      stream_.avail_in = static_cast<unsigned>(input_.size());
      const size_t before = input_.size();
      const int result = BZ2_bzDecompress(&stream_);
      input_.Use(before - stream_.avail_in);
      if (result == BZ_STREAM_END) {
        between_streams_ = true;
      } else if (result == BZ_MEM_ERROR) {
        return input_.OutOfMemory("bzip2");
      } else if (result != BZ_OK) {
        return input_.Error(absl::StrCat("damaged bzip2 data (libbz2 error ", result, ")"));
      }
    }
    return size - stream_.avail_out;
  }

 private:
  // Starts a stream; keeps the position of the output.
  void Begin() {
    bz_stream stream = {};
    stream.next_out = stream_.next_out;
    stream.avail_out = stream_.avail_out;
    stream_ = stream;
    start_ = BZ2_bzDecompressInit(&stream_, /*verbosity=*/0, /*small=*/0);
    between_streams_ = false;
  }

  Input input_;
  bz_stream stream_ = {};
  int start_ = BZ_OK;
  bool between_streams_ = false;
};

class XzBytes : public ByteSource {
 public:
  explicit XzBytes(Input input) : input_(std::move(input)) {
    start_ = lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED);
  }
  ~XzBytes() override { lzma_end(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    if (start_ != LZMA_OK) return input_.OutOfMemory("xz");
    stream_.next_out = reinterpret_cast<uint8_t*>(buffer);
    stream_.avail_out = size;
    while (!ended_ && stream_.avail_out == size) {
      RETURN_IF_ERROR(input_.Fill());
      stream_.next_in = reinterpret_cast<const uint8_t*>(input_.data());
      stream_.avail_in = input_.size();
      const size_t before = input_.size();
      const lzma_ret result = lzma_code(&stream_, input_.ended() ? LZMA_FINISH : LZMA_RUN);
      input_.Use(before - stream_.avail_in);
      if (result == LZMA_STREAM_END) {
        ended_ = true;
      } else if (result == LZMA_BUF_ERROR && input_.ended()) {
        return input_.Error("truncated xz data");
      } else if (result == LZMA_MEMLIMIT_ERROR) {
        return input_.Unreadable("decompressing this xz file needs more than 1 GiB of memory",
                                 "decompress the file first: xz -dc FILE > TEXT");
      } else if (result == LZMA_MEM_ERROR) {
        return input_.OutOfMemory("xz");
      } else if (result == LZMA_OPTIONS_ERROR) {
        return input_.Unreadable("the xz file uses a filter that this liblzma does not support",
                                 "decompress the file first: xz -dc FILE > TEXT");
      } else if (result != LZMA_OK) {
        return input_.Error(absl::StrCat("damaged xz data (liblzma error ", result, ")"));
      }
    }
    return size - stream_.avail_out;
  }

 private:
  Input input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_ret start_;
  bool ended_ = false;
};

class ZstdBytes : public ByteSource {
 public:
  explicit ZstdBytes(Input input) : input_(std::move(input)), context_(ZSTD_createDCtx()) {
    if (context_ != nullptr) ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdWindowLog);
  }
  ~ZstdBytes() override { ZSTD_freeDCtx(context_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    if (context_ == nullptr) return input_.OutOfMemory("zstd");
    ZSTD_outBuffer output = {buffer, size, 0};
    while (output.pos == 0) {
      RETURN_IF_ERROR(input_.Fill());
      // First get output that the decoder still holds and that needs no new input.
      ZSTD_inBuffer input = {input_.data(), input_.size(), 0};
      const size_t result = ZSTD_decompressStream(context_, &output, &input);
      input_.Use(input.pos);
      if (ZSTD_isError(result)) return ErrorOf(result);
      if (input.pos > 0) between_frames_ = result == 0;
      if (input_.ended() && output.pos == 0) {
        if (between_frames_) return 0;
        return input_.Error("truncated zstd data");
      }
      if (result == 0) between_frames_ = true;
    }
    return output.pos;
  }

 private:
  absl::Status ErrorOf(size_t result) const {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        return input_.OutOfMemory("zstd");
      case ZSTD_error_dictionary_wrong:
      case ZSTD_error_dictionary_corrupted:
        return input_.Unreadable("the zstd file was compressed with a dictionary",
                                 "decompress the file first: zstd -dc -D DICTIONARY FILE > TEXT");
      case ZSTD_error_frameParameter_windowTooLarge:  // on 32-bit machines, or from a later version
                                                      // of zstd
      case ZSTD_error_frameParameter_unsupported:
      case ZSTD_error_version_unsupported:
        return input_.Unreadable(
            absl::StrCat("the installed zstd library ", ZSTD_versionString(),
                         " cannot read the file (", ZSTD_getErrorName(result), ")"),
            "decompress the file first: zstd -dc --long=31 FILE > TEXT");
      default:
        return input_.Error(absl::StrCat("damaged zstd data: ", ZSTD_getErrorName(result)));
    }
  }

  Input input_;
  ZSTD_DCtx* const context_;
  bool between_frames_ = false;
};

// Reads the first bytes until the format is known and no further, so that an interactive user gets
// an answer after each line.
absl::StatusOr<std::string> ReadMagic(ByteSource* file) {
  std::string begin;
  char buffer[kLongestMagic];
  while (begin.size() < kLongestMagic && MayBecomeCompressed(begin)) {
    ASSIGN_OR_RETURN(const size_t count, file->Read(buffer, kLongestMagic - begin.size()));
    if (count == 0) break;
    begin.append(buffer, count);
  }
  return begin;
}

}  // namespace

std::unique_ptr<ByteSource> BytesOf(int descriptor, const std::string& name) {
  return std::make_unique<FileBytes>(name, descriptor, /*owned=*/false);
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  if (path == "-") return BytesOf(STDIN_FILENO, "standard input");
  const int fd = OpenFile(path, O_RDONLY);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  return std::unique_ptr<ByteSource>(new FileBytes(path, fd, true));
}

absl::StatusOr<std::unique_ptr<ByteSource>> Decompressed(std::unique_ptr<ByteSource> source,
                                                         const std::string& name,
                                                         bool* compressed) {
  ASSIGN_OR_RETURN(std::string begin, ReadMagic(source.get()));
  const Compression format = CompressionOf(begin);
  if (compressed != nullptr) *compressed = format != Compression::kNone;
  if (format == Compression::kNone)
    return std::make_unique<PlainBytes>(std::move(source), std::move(begin));
  Input input(name, std::move(source), std::move(begin));
  switch (format) {
    case Compression::kGzip:
      return std::unique_ptr<ByteSource>(new GzipBytes(std::move(input)));
    case Compression::kBzip2:
      return std::unique_ptr<ByteSource>(new Bzip2Bytes(std::move(input)));
    case Compression::kXz:
      return std::unique_ptr<ByteSource>(new XzBytes(std::move(input)));
    default:
      return std::unique_ptr<ByteSource>(new ZstdBytes(std::move(input)));
  }
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenDecompressed(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, OpenBytes(path));
  return Decompressed(std::move(file), path == "-" ? "standard input" : path);
}

bool BeginsCompressed(std::string_view begin) { return CompressionOf(begin) != Compression::kNone; }

absl::StatusOr<bool> IsPlainFile(const std::string& path) {
  struct stat facts = {};
  if (path == "-") return false;
  if (::stat(path.c_str(), &facts) != 0) return ErrnoStatus(errno, "open", path);
  if (!S_ISREG(facts.st_mode)) return false;
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file, OpenBytes(path));
  ASSIGN_OR_RETURN(const std::string begin, ReadMagic(file.get()));
  return !BeginsCompressed(begin);
}

}  // namespace elman
