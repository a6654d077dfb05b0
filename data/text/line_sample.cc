#include "data/text/line_sample.h"

#include <algorithm>
#include <span>
#include <utility>

#include "data/io/bytes.h"
#include "data/io/checksum.h"

namespace elman {
namespace {

// Memory of a kept line in addition to its bytes.
constexpr uint64_t kOverheadBytes = 64;

}  // namespace

void LineSample::Add(uint64_t number, std::string_view line) {
  ++lines_seen_;
  const uint64_t draw = Mix(number);
  if (draw <= limit_) Keep({draw, number, std::string(line)});
}

void LineSample::Keep(Kept kept) {
  bytes_ += kept.line.size() + kOverheadBytes;
  kept_.push_back(std::move(kept));
  while (bytes_ > max_bytes_ && limit_ > 0) LowerLimit(limit_ / 2);
}

void LineSample::LowerLimit(uint64_t limit) {
  limit_ = limit;
  std::erase_if(kept_, [this](const Kept& kept) { return kept.draw > limit_; });
  bytes_ = 0;
  for (const Kept& kept : kept_) bytes_ += kept.line.size() + kOverheadBytes;
}

void LineSample::AddAll(const LineSample& other) {
  lines_seen_ += other.lines_seen_;
  if (other.limit_ < limit_) LowerLimit(other.limit_);
  for (const Kept& kept : other.kept_) {
    if (kept.draw <= limit_) Keep(kept);
  }
}

std::string LineSample::Serialize() const {
  const uint64_t head[] = {lines_seen_, limit_};
  std::string bytes(AsBytes(head));
  for (const Kept& kept : kept_) {
    const uint64_t numbers[] = {kept.draw, kept.number, kept.line.size()};
    bytes.append(AsBytes(numbers));
    bytes.append(kept.line);
  }
  return bytes;
}

absl::Status LineSample::AddSerialized(std::string_view bytes) {
  LineSample other(max_bytes_);
  uint64_t numbers[3] = {};
  constexpr size_t kHeadBytes = 2 * sizeof(uint64_t);
  if (bytes.size() < kHeadBytes) return absl::InternalError("truncated sample from another rank");
  CopyFromBytes(bytes, std::span(numbers).first(2));
  bytes.remove_prefix(kHeadBytes);
  other.lines_seen_ = numbers[0];
  other.limit_ = numbers[1];
  while (!bytes.empty()) {
    if (bytes.size() < sizeof(numbers))
      return absl::InternalError("truncated sample from another rank");
    CopyFromBytes(bytes, numbers);
    bytes.remove_prefix(sizeof(numbers));
    if (bytes.size() < numbers[2]) return absl::InternalError("truncated sample from another rank");
    other.kept_.push_back({numbers[0], numbers[1], std::string(bytes.substr(0, numbers[2]))});
    bytes.remove_prefix(numbers[2]);
  }
  AddAll(other);
  return absl::OkStatus();
}

std::vector<std::string> LineSample::Take() {
  std::ranges::sort(kept_, {}, &Kept::number);
  std::vector<std::string> lines;
  lines.reserve(kept_.size());
  for (Kept& kept : kept_) lines.push_back(std::move(kept.line));
  kept_.clear();
  return lines;
}

}  // namespace elman
