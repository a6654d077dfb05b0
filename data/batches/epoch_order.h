// The random order of the examples in an epoch. It is a pure function of (seed, epoch), and any
// position can be computed without the positions before it.
//
// Examples are read in blocks. The blocks are shuffled; then the examples of each group of
// kBlocksPerGroup consecutive blocks are shuffled. So examples from all parts of a sorted corpus
// are mixed, while only the blocks of one group are in memory. If a split has at most
// kBlocksPerGroup blocks, all of its examples are shuffled together.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace elman {

// Number of blocks whose examples are shuffled together.
inline constexpr size_t kBlocksPerGroup = 8;

// Purpose of a random choice in data/batches. The values are part of the order of every run: do not
// change them.
enum class RandomOrder : uint64_t {
  kBlocks = 0,          // order of the blocks of an epoch
  kExamples = 1,        // order of the examples in a group of blocks
  kBatches = 2,         // order of the batches in a window
  kSmallBatch = 3,      // position of the batch that is not full
  kSources = 0x6d6978,  // order of the data sets of a mixture in a round
};

// The key of a random permutation for this purpose.
uint64_t RandomKeyOf(uint64_t seed, uint64_t epoch, RandomOrder order, uint64_t number);

// The order of one epoch at a time.
class EpochOrder {
 public:
  // `block_begins` has the number of the first example of each block
  // (ExampleReader::BlockBegins()).
  EpochOrder(std::vector<uint64_t> block_begins, uint64_t seed)
      : block_begins_(std::move(block_begins)), seed_(seed) {}

  // Selects an epoch. Call it before ExampleAt.
  void Begin(uint64_t epoch);

  // Number of the example at `place`, which must be less than the number of examples.
  uint64_t ExampleAt(uint64_t place) const;

 private:
  const std::vector<uint64_t> block_begins_;
  const uint64_t seed_;
  uint64_t epoch_ = 0;
  std::vector<uint32_t> order_;  // of the blocks
  // First place of each block in this order, then the number of all examples.
  std::vector<uint64_t> first_place_;
};

}  // namespace elman
