// The order in which an epoch goes through the examples of a split: a pure function of (seed,
// epoch), computed for any place without the places before it.
//
// Examples are read by blocks. So the blocks are put in a random order, and of every few that
// follow each other, a group, the examples are put in a random order: however a corpus is sorted,
// examples from all over it stand side by side, and only the blocks of a group are in memory at
// once. A split of no more blocks than a group has is shuffled through and through.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace elman {

inline constexpr size_t kBlocksPerGroup = 8;

// What a random choice of data/batches is for. The numbers are part of the order of every run.
enum class RandomOrder : uint64_t {
  kBlocks = 0,          // of the blocks of an epoch
  kExamples = 1,        // of the examples in a group of blocks
  kBatches = 2,         // of the batches in a window
  kSmallBatch = 3,      // where the batch that is not full stands
  kSources = 0x6d6978,  // of the data sets of a mixture in a round
};

// The key of a random choice.
uint64_t RandomKeyOf(uint64_t seed, uint64_t epoch, RandomOrder order, uint64_t number);

class EpochOrder {
 public:
  // Blocks begin with these examples, ExampleReader::BlockBegins().
  EpochOrder(std::vector<uint64_t> block_begins, uint64_t seed)
      : block_begins_(std::move(block_begins)), seed_(seed) {}

  // Turns to an epoch.
  void Begin(uint64_t epoch);

  // The number of the example at a place below the number of examples.
  uint64_t ExampleAt(uint64_t place) const;

 private:
  const std::vector<uint64_t> block_begins_;
  const uint64_t seed_;
  uint64_t epoch_ = 0;
  std::vector<uint32_t> order_;        // of blocks
  std::vector<uint64_t> first_place_;  // of each block in this order; at the end, all examples
};

}  // namespace elman
