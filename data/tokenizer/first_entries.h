// Of counted pieces, those that come first in a vocabulary of words or characters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "data/text/vocabulary.h"

namespace elman {

// By falling count, where equal in the order of their bytes: at most so many.
class FirstEntries {
 public:
  explicit FirstEntries(uint64_t most) : most_(most) {}

  // What there is no room for, this piece or another, is handed to `leave_out`.
  void Add(std::string_view piece, uint64_t count,
           absl::FunctionRef<void(std::string_view piece, uint64_t count)> leave_out);
  bool empty() const { return entries_.empty(); }

  std::vector<Vocabulary::Entry> Take();  // in order; leaves none

 private:
  bool ReplacesLast(std::string_view piece, uint64_t count) const;

  const uint64_t most_;
  std::vector<Vocabulary::Entry> entries_;  // if there are that many a heap, the last one on top
};

}  // namespace elman
