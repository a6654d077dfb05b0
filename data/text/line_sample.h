// A uniform sample of the lines of a corpus whose length is not known in advance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace elman {

// Keeps all lines until `max_bytes` are exceeded, then half of them, then a quarter, and so on. The
// choice is a function of the line numbers. So the sample depends only on the corpus, not on the
// order of the lines or on how they are divided among samples that are merged.
class LineSample {
 public:
  explicit LineSample(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // `number` is unique in the corpus and increases with the position of the line.
  void Add(uint64_t number, std::string_view line);
  void AddAll(const LineSample& other);

  // Converts to bytes for another process; merges such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

  // The kept lines in the order of the corpus. Call it once, at the end.
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
  uint64_t limit_ = ~uint64_t{0};  // lines with a greater draw are not kept
  std::vector<Kept> kept_;
};

}  // namespace elman
