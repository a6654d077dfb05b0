#include "data/text/text_window.h"

#include <algorithm>

#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::string_view> TextWindow::View(uint64_t begin, uint64_t end) {
  const size_t passed = std::min<uint64_t>(begin - offset_, buffer_.size());
  buffer_.erase(0, passed);
  offset_ += passed;
  size_t filled = buffer_.size();
  if (filled < end - begin) buffer_.resize(end - begin);
  while (!ended_ && filled < end - begin) {
    ASSIGN_OR_RETURN(const size_t count,
                     source_->Read(buffer_.data() + filled, buffer_.size() - filled));
    filled += count;
    ended_ = count == 0;
  }
  buffer_.resize(filled);
  return std::string_view(buffer_).substr(0, end - begin);
}

}  // namespace elman
