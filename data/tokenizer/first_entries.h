// Selects the most frequent pieces for a vocabulary of words or characters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "data/text/vocabulary.h"

namespace elman {

// Keeps at most `most` pieces: those with the greatest counts. Equal counts are ordered by bytes.
class FirstEntries {
 public:
  explicit FirstEntries(uint64_t most) : most_(most) {}

  // Calls `leave_out` for the piece, this or another one, that does not fit.
  void Add(std::string_view piece, uint64_t count,
           absl::FunctionRef<void(std::string_view piece, uint64_t count)> leave_out);
  bool empty() const { return entries_.empty(); }

  std::vector<Vocabulary::Entry> Take();  // in order; clears the entries

 private:
  bool ReplacesLast(std::string_view piece, uint64_t count) const;

  const uint64_t most_;
  std::vector<Vocabulary::Entry> entries_;  // a heap if full, with the last entry on top
};

}  // namespace elman
