#include "data/text/line_sample.h"

#include <algorithm>
#include <utility>

#include "data/io/checksum.h"

namespace elman {
namespace {

// What a kept line costs besides its bytes.
constexpr uint64_t kOverheadBytes = 64;

}  // namespace

void LineSample::Add(std::string_view line) {
  const uint64_t draw = Mix(lines_seen_++);
  if (draw > limit_) return;
  kept_.push_back({draw, std::string(line)});
  bytes_ += line.size() + kOverheadBytes;
  while (bytes_ > max_bytes_ && kept_.size() > 1) {
    limit_ /= 2;
    std::erase_if(kept_, [this](const Kept& kept) { return kept.draw > limit_; });
    bytes_ = 0;
    for (const Kept& kept : kept_) bytes_ += kept.line.size() + kOverheadBytes;
  }
}

std::vector<std::string> LineSample::Take() {
  std::vector<std::string> lines;
  lines.reserve(kept_.size());
  for (Kept& kept : kept_) lines.push_back(std::move(kept.line));
  kept_.clear();
  return lines;
}

}  // namespace elman
