// The proof that an epoch used every example of a split exactly once.
#pragma once

#include <cstdint>

#include "data/batches/batch.h"
#include "data/io/checksum.h"

namespace elman {

// Of the examples used: how many, and a hash that depends on which, but not on their order. Adds up
// over batches, lanes and ranks.
struct Coverage {
  uint64_t examples = 0;
  uint64_t hash = 0;

  void Add(uint64_t example) {
    ++examples;
    hash += Mix(example);
  }
  void Add(const Batch& batch) {
    for (const uint64_t example : batch.examples) Add(example);
  }
  Coverage& operator+=(const Coverage& other) {
    examples += other.examples;
    hash += other.hash;
    return *this;
  }
  bool operator==(const Coverage&) const = default;
};

// What an epoch over so many examples must come to.
inline Coverage CoverageOf(uint64_t examples) {
  Coverage coverage;
  for (uint64_t example = 0; example < examples; ++example) coverage.Add(example);
  return coverage;
}

}  // namespace elman
