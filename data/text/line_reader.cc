#include "data/text/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/utf8.h"
#include "data/io/status_macros.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

// The longest piece, its line end, and room for large reads.
constexpr size_t kBufferBytes = 2 * kMaxLineBytes;

// Where to cut a line whose first kMaxLineBytes bytes are `begin`.
size_t CutOf(std::string_view begin) {
  const size_t space = begin.rfind(' ');
  if (space != std::string_view::npos && space > 0) return space;
  size_t cut = begin.size();
  // A character has at most four bytes; longer sequences are not UTF-8 and may be cut anywhere.
  for (int i = 0; i < 4; ++i) {
    --cut;
    if (!ContinuesCharacter(begin[cut])) return cut;
  }
  return begin.size();
}

}  // namespace

LineReader::LineReader(std::vector<std::string> files, bool nul_bytes)
    : files_(std::move(files)), nul_bytes_(nul_bytes), buffer_(kBufferBytes, '\0') {}

absl::StatusOr<bool> LineReader::OpenNextFile() {
  if (next_file_ == files_.size()) return false;
  const std::string& file = files_[next_file_++];
  ASSIGN_OR_RETURN(source_, OpenDecompressed(file));
  used_ = filled_ = 0;
  source_ended_ = false;
  continues_ = false;
  line_ = 0;
  RETURN_IF_ERROR(Fill());
  const std::string_view begin(buffer_.data(), filled_);
  RETURN_IF_ERROR(CheckTextBegin(file, begin, source_ended_));
  used_ = ByteOrderMarkBytes(begin);
  return true;
}

absl::Status LineReader::Fill() {
  std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
  filled_ -= used_;
  used_ = 0;
  while (!source_ended_ && filled_ < buffer_.size()) {
    ASSIGN_OR_RETURN(const size_t count,
                     source_->Read(buffer_.data() + filled_, buffer_.size() - filled_));
    filled_ += count;
    source_ended_ = count == 0;
  }
  return absl::OkStatus();
}

// Takes the next `size` bytes as a piece and skips `skip` bytes after it.
absl::Status LineReader::Take(size_t size, size_t skip, bool ends, LinePiece* piece) {
  piece->text = std::string_view(buffer_.data() + used_, size);
  if (ends && !piece->text.empty() && piece->text.back() == '\r') piece->text.remove_suffix(1);
  piece->continues = continues_;
  piece->ends = ends;
  if (!continues_) ++line_;
  continues_ = !ends;
  used_ += size + skip;
  if (nul_bytes_ || piece->text.find('\0') == piece->text.npos) return absl::OkStatus();
  return NulByteAt(absl::StrCat(file(), ": line ", line_));
}

absl::StatusOr<bool> LineReader::Next(LinePiece* piece) {
  for (;;) {
    if (source_ == nullptr) {
      ASSIGN_OR_RETURN(const bool opened, OpenNextFile());
      if (!opened) return false;
    }
    const char* begin = buffer_.data() + used_;
    const size_t available = filled_ - used_;
    const void* found = std::memchr(begin, '\n', std::min(available, kMaxLineBytes + 1));
    if (found != nullptr) {
      RETURN_IF_ERROR(
          Take(static_cast<size_t>(static_cast<const char*>(found) - begin), 1, true, piece));
      return true;
    }
    if (available > kMaxLineBytes) {
      RETURN_IF_ERROR(Take(CutOf(std::string_view(begin, kMaxLineBytes)), 0, false, piece));
      return true;
    }
    if (source_ended_) {
      source_ = nullptr;
      if (available == 0 && !continues_) continue;
      RETURN_IF_ERROR(Take(available, 0, true, piece));
      return true;
    }
    RETURN_IF_ERROR(Fill());
  }
}

}  // namespace elman
