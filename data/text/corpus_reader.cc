#include "data/text/corpus_reader.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Room for the longest piece, its line end, and a good read besides.
constexpr size_t kBufferBytes = 2 * kMaxLineBytes;

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// Where to cut a line whose first kMaxLineBytes bytes are `begin`.
size_t CutOf(std::string_view begin) {
  const size_t space = begin.rfind(' ');
  if (space != std::string_view::npos && space > 0) return space;
  size_t cut = begin.size();
  // A character takes at most four bytes; anything longer is not UTF-8 and may be cut anywhere.
  for (int i = 0; i < 4; ++i) {
    --cut;
    if (!ContinuesCharacter(begin[cut])) return cut;
  }
  return begin.size();
}

}  // namespace

CorpusReader::CorpusReader(std::vector<std::string> files)
    : files_(std::move(files)), buffer_(kBufferBytes, '\0') {}

absl::StatusOr<bool> CorpusReader::OpenNextFile() {
  if (next_file_ == files_.size()) return false;
  const std::string& file = files_[next_file_++];
  ASSIGN_OR_RETURN(source_, OpenDecompressed(file));
  used_ = filled_ = 0;
  source_ended_ = false;
  continues_ = false;
  RETURN_IF_ERROR(Fill());
  const std::string_view begin(buffer_.data(), filled_);
  if (begin.substr(0, 2) == "\xff\xfe" || begin.substr(0, 2) == "\xfe\xff") {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": offset 0: expected UTF-8 text, found the byte order mark of UTF-16; ",
                     "convert it with: iconv -f UTF-16 -t UTF-8"));
  }
  if (begin.substr(0, 3) == "\xef\xbb\xbf") used_ = 3;
  return true;
}

absl::Status CorpusReader::Fill() {
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

void CorpusReader::AddLine(size_t size, bool ends, TextChunk* chunk) {
  std::string_view line(buffer_.data() + used_, size);
  if (ends && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  chunk->lines.push_back({static_cast<uint32_t>(chunk->text.size()),
                          static_cast<uint32_t>(line.size()), continues_, ends});
  chunk->text.append(line);
  continues_ = !ends;
}

absl::StatusOr<bool> CorpusReader::Next(TextChunk* chunk) {
  chunk->text.clear();
  chunk->lines.clear();
  size_t bytes = 0;  // with line ends, so that empty lines fill a chunk too
  while (bytes < kChunkBytes) {
    if (source_ == nullptr) {
      ASSIGN_OR_RETURN(const bool opened, OpenNextFile());
      if (!opened) break;
    }
    const char* begin = buffer_.data() + used_;
    const size_t available = filled_ - used_;
    const void* found = std::memchr(begin, '\n', std::min(available, kMaxLineBytes + 1));
    if (found != nullptr) {
      const size_t size = static_cast<size_t>(static_cast<const char*>(found) - begin);
      AddLine(size, true, chunk);
      used_ += size + 1;
      bytes += size + 1;
    } else if (available > kMaxLineBytes) {
      const size_t cut = CutOf(std::string_view(begin, kMaxLineBytes));
      AddLine(cut, false, chunk);
      used_ += cut;
      bytes += cut;
    } else if (!source_ended_) {
      RETURN_IF_ERROR(Fill());
    } else {
      if (available > 0 || continues_) AddLine(available, true, chunk);
      used_ = filled_;
      bytes += available + 1;
      source_ = nullptr;
    }
  }
  if (chunk->lines.empty()) return false;
  chunk->number = next_chunk_++;
  return true;
}

}  // namespace elman
