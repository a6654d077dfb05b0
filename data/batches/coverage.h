// Checks that an epoch uses every example of a split exactly once.
#pragma once

#include <cstdint>

#include "data/batches/batch.h"
#include "data/io/checksum.h"

namespace elman {

// Number of examples used, and a hash of their numbers that does not depend on the order. The
// values of batches, lanes and ranks can be added.
struct Coverage {
  uint64_t examples = 0;
  uint64_t hash = 0;

  // Adds an example, or all examples of a batch.
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

// The expected value for an epoch over `examples` examples.
inline Coverage CoverageOf(uint64_t examples) {
  Coverage coverage;
  for (uint64_t example = 0; example < examples; ++example) coverage.Add(example);
  return coverage;
}

}  // namespace elman
