// A uniform sample of the lines of a corpus whose length is not known beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace elman {

// Keeps every line until `max_bytes` are exceeded, then half of them, then a quarter, and so on.
// Which, is a function of the lines' numbers: the same corpus gives the same sample, whatever the
// order the lines come in, and however they are spread over samples that are put together.
class LineSample {
 public:
  explicit LineSample(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // `number` is another for every line of the corpus, and tells their order.
  void Add(uint64_t number, std::string_view line);
  void AddAll(const LineSample& other);

  // As bytes for another process, and the union with such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

  // The lines kept, in the order of the corpus. Call once, at the end.
  std::vector<std::string> Take();

  uint64_t lines_seen() const { return lines_seen_; }

 private:
  struct Kept {
    uint64_t draw;
    uint64_t number;
    std::string line;
  };
  void Keep(Kept kept);
  void LowerLimit(uint64_t limit);

  uint64_t max_bytes_;
  uint64_t lines_seen_ = 0;
  uint64_t bytes_ = 0;
  uint64_t limit_ = ~uint64_t{0};  // lines that draw more are not kept
  std::vector<Kept> kept_;
};

}  // namespace elman
