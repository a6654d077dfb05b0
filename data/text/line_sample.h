// A uniform sample of the lines of a corpus whose length is not known beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Keeps every line until `max_bytes` are exceeded, then half of them, then a quarter, and so on.
// Which, is a function of the lines' numbers: the same corpus gives the same sample.
class LineSample {
 public:
  explicit LineSample(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  void Add(std::string_view line);

  // The lines kept, in the order of the corpus. Call once, at the end.
  std::vector<std::string> Take();

  uint64_t lines_seen() const { return lines_seen_; }

 private:
  struct Kept {
    uint64_t draw;
    std::string line;
  };
  const uint64_t max_bytes_;
  uint64_t lines_seen_ = 0;
  uint64_t bytes_ = 0;
  uint64_t limit_ = ~uint64_t{0};  // lines that draw more are not kept
  std::vector<Kept> kept_;
};

}  // namespace elman
