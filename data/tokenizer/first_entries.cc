#include "data/tokenizer/first_entries.h"

#include <algorithm>
#include <string>
#include <utility>

namespace elman {
namespace {

bool ComesFirst(const Vocabulary::Entry& a, const Vocabulary::Entry& b) {
  return a.count != b.count ? a.count > b.count : a.piece < b.piece;
}

}  // namespace

bool FirstEntries::ReplacesLast(std::string_view piece, uint64_t count) const {
  if (most_ == 0) return false;
  const Vocabulary::Entry& last = entries_.front();
  return count != last.count ? count > last.count : piece < last.piece;
}

void FirstEntries::Add(std::string_view piece, uint64_t count,
                       absl::FunctionRef<void(std::string_view piece, uint64_t count)> leave_out) {
  if (entries_.size() < most_) {
    entries_.push_back({std::string(piece), count});
    if (entries_.size() == most_) std::ranges::make_heap(entries_, ComesFirst);
    return;
  }
  if (!ReplacesLast(piece, count)) return leave_out(piece, count);
  std::ranges::pop_heap(entries_, ComesFirst);
  leave_out(entries_.back().piece, entries_.back().count);
  entries_.back() = {std::string(piece), count};
  std::ranges::push_heap(entries_, ComesFirst);
}

std::vector<Vocabulary::Entry> FirstEntries::Take() {
  std::ranges::sort(entries_, ComesFirst);
  return std::exchange(entries_, {});
}

}  // namespace elman
