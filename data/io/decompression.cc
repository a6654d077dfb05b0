#include "data/io/decompression.h"

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr size_t kInputBytes = size_t{256} << 10;
constexpr uint64_t kXzMemoryBytes = uint64_t{1} << 30;
constexpr int kZstdWindowLog = 27;  // what `zstd --long` needs; 128 MiB

constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
constexpr std::string_view kXzMagic("\xfd\x37\x7a\x58\x5a\x00", 6);
constexpr std::string_view kZstdMagic("\x28\xb5\x2f\xfd", 4);

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

// The compressed bytes, a buffer at a time, the ones already looked at first.
class Input {
 public:
  Input(std::string path, std::unique_ptr<ByteSource> source, std::string begin)
      : path_(std::move(path)), source_(std::move(source)), buffer_(std::move(begin)) {
    filled_ = buffer_.size();
    buffer_.resize(std::max(buffer_.size(), kInputBytes));
  }

  // Makes bytes available unless the file has ended; then ended() is true.
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
    return absl::DataLossError(absl::StrCat(path_, ": offset ", offset_ + used_, ": ",
                                            std::string(what), "; get the file again"));
  }

 private:
  const std::string path_;
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  size_t filled_ = 0;
  size_t used_ = 0;
  uint64_t offset_ = 0;  // in the file, of the buffer's first byte
  bool ended_ = false;
};

class PlainBytes : public ByteSource {
 public:
  explicit PlainBytes(Input input) : input_(std::move(input)) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    RETURN_IF_ERROR(input_.Fill());
    const size_t count = std::min(size, input_.size());
    std::memcpy(buffer, input_.data(), count);
    input_.Use(count);
    return count;
  }

 private:
  Input input_;
};

class GzipBytes : public ByteSource {
 public:
  explicit GzipBytes(Input input) : input_(std::move(input)) {
    constexpr int kGzipOnly = 16;  // added to the window bits
    inflateInit2(&stream_, kGzipOnly + MAX_WBITS);
  }
  ~GzipBytes() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
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
  bool between_members_ = false;
};

class XzBytes : public ByteSource {
 public:
  explicit XzBytes(Input input) : input_(std::move(input)) {
    start_ = lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED);
  }
  ~XzBytes() override { lzma_end(&stream_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    if (start_ != LZMA_OK) return input_.Error("cannot begin to read xz data");
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
        return input_.Error("xz data that need more than 1 GiB of memory");
      } else if (result != LZMA_OK) {
        return input_.Error(absl::StrCat("damaged xz data (liblzma's code ", result, ")"));
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
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdWindowLog);
  }
  ~ZstdBytes() override { ZSTD_freeDCtx(context_); }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    ZSTD_outBuffer output = {buffer, size, 0};
    while (output.pos == 0) {
      RETURN_IF_ERROR(input_.Fill());
      // What the decoder still holds comes out without new input.
      ZSTD_inBuffer input = {input_.data(), input_.size(), 0};
      const size_t result = ZSTD_decompressStream(context_, &output, &input);
      input_.Use(input.pos);
      if (ZSTD_isError(result)) {
        return input_.Error(absl::StrCat("damaged zstd data: ", ZSTD_getErrorName(result)));
      }
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
  Input input_;
  ZSTD_DCtx* const context_;
  bool between_frames_ = false;
};

bool BeginsWith(const std::string& bytes, std::string_view magic) {
  return std::string_view(bytes).substr(0, magic.size()) == magic;
}

// The first bytes, enough to tell formats apart.
absl::StatusOr<std::string> ReadMagic(ByteSource* file) {
  std::string begin(kXzMagic.size(), '\0');
  size_t filled = 0;
  while (filled < begin.size()) {
    ASSIGN_OR_RETURN(const size_t count, file->Read(begin.data() + filled, begin.size() - filled));
    if (count == 0) break;
    filled += count;
  }
  begin.resize(filled);
  return begin;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  if (path == "-") {
    return std::unique_ptr<ByteSource>(new FileBytes("standard input", STDIN_FILENO, false));
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  return std::unique_ptr<ByteSource>(new FileBytes(path, fd, true));
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenDecompressed(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, OpenBytes(path));
  ASSIGN_OR_RETURN(std::string begin, ReadMagic(file.get()));
  const std::string name = path == "-" ? "standard input" : path;
  const bool gzip = BeginsWith(begin, kGzipMagic);
  const bool xz = BeginsWith(begin, kXzMagic);
  const bool zstd = BeginsWith(begin, kZstdMagic);
  Input input(name, std::move(file), std::move(begin));
  if (gzip) return std::unique_ptr<ByteSource>(new GzipBytes(std::move(input)));
  if (xz) return std::unique_ptr<ByteSource>(new XzBytes(std::move(input)));
  if (zstd) return std::unique_ptr<ByteSource>(new ZstdBytes(std::move(input)));
  return std::unique_ptr<ByteSource>(new PlainBytes(std::move(input)));
}

absl::StatusOr<bool> IsPlainFile(const std::string& path) {
  struct stat facts = {};
  if (path == "-") return false;
  if (::stat(path.c_str(), &facts) != 0) return ErrnoStatus(errno, "open", path);
  if (!S_ISREG(facts.st_mode)) return false;
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> file, OpenBytes(path));
  ASSIGN_OR_RETURN(const std::string begin, ReadMagic(file.get()));
  return !BeginsWith(begin, kGzipMagic) && !BeginsWith(begin, kXzMagic) &&
         !BeginsWith(begin, kZstdMagic);
}

}  // namespace elman
