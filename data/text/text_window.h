// A window on a text that can be read only from begin to end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/io/decompression.h"

namespace elman {

// The text of a ByteSource. Not safe for concurrent use.
class TextWindow {
 public:
  explicit TextWindow(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // The text in [begin, end), or up to the end of the text. Valid until the next call. `begin` must
  // not decrease from call to call.
  absl::StatusOr<std::string_view> View(uint64_t begin, uint64_t end);

 private:
  const std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  uint64_t offset_ = 0;  // of the buffer in the text
  bool ended_ = false;
};

}  // namespace elman
