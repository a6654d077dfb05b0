#include "trainer/eval/prediction/input_lines.h"

#include <poll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"
#include "data/text/line_reader.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

}  // namespace

absl::StatusOr<std::vector<std::string>> InputLines::Next(size_t most) {
  std::vector<std::string> lines;
  std::string line;
  while (lines.size() < most) {
    if (failure_.ok()) failure_ = CheckBegin();
    const bool whole = failure_.ok() && TakeLine(&line);
    const size_t size = whole ? line.size() : buffer_.size() - used_;
    if (failure_.ok() && size > kMaxLineBytes + (whole ? 0 : 1))
      failure_ = TooLong();  // 1: for the CR of CR LF
    if (!failure_.ok()) {
      if (lines.empty()) return failure_;
      break;
    }
    if (whole) {
      ++taken_;
      lines.push_back(std::move(line));
    } else if (ended_ || (!lines.empty() && !MoreIsThere())) {
      break;
    } else {
      RETURN_IF_ERROR(Fill());
    }
  }
  return lines;
}

absl::Status InputLines::TooLong() const {
  return absl::InvalidArgumentError(
      absl::StrCat(kStandardInput, ": line ", taken_ + 1, ": expected at most ", kMaxLineBytes,
                   " bytes, found more; split the text into several lines"));
}

absl::Status InputLines::Fill() {
  buffer_.erase(0, used_);
  searched_ -= used_;
  used_ = 0;
  const size_t before = buffer_.size();
  if (source_ == nullptr) {
    ASSIGN_OR_RETURN(
        source_, Decompressed(BytesOf(descriptor_, kStandardInput), kStandardInput, &compressed_));
  }
  buffer_.resize(before + kReadBytes);
  const absl::StatusOr<size_t> count = source_->Read(buffer_.data() + before, kReadBytes);
  buffer_.resize(before + (count.ok() ? *count : 0));
  RETURN_IF_ERROR(count.status());
  ended_ = *count == 0;
  return absl::OkStatus();
}

// Checks as soon as the first line, or kMaxLineBytes, is available.
absl::Status InputLines::CheckBegin() {
  const bool enough =
      ended_ || buffer_.size() > kMaxLineBytes || buffer_.find('\n') != buffer_.npos;
  if (checked_ || !enough) return absl::OkStatus();
  checked_ = true;
  RETURN_IF_ERROR(CheckTextBegin(kStandardInput, buffer_, ended_));
  used_ = searched_ = ByteOrderMarkBytes(buffer_);
  return absl::OkStatus();
}

bool InputLines::MoreIsThere() const {
  if (compressed_) return true;  // compressed input is not interactive, and Fill detects its end
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, /*timeout=*/0) > 0;
}

bool InputLines::TakeLine(std::string* line) {
  size_t end = buffer_.find('\n', searched_);
  const bool whole = end != buffer_.npos;
  searched_ = whole ? end + 1 : buffer_.size();
  if (!whole) {
    if (!ended_ || used_ == buffer_.size()) return false;
    end = buffer_.size();
  }
  line->assign(buffer_, used_, end - used_);
  if (!line->empty() && line->back() == '\r') line->pop_back();
  used_ = searched_;
  return true;
}

}  // namespace elman
